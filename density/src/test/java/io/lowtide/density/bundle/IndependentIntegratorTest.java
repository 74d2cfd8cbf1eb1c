package io.lowtide.density.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lowtide.density.TestBundles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs docs/verify_bundle.py, which knows nothing but the documentation of the bundle. */
class IndependentIntegratorTest {

  private static final Path SCRIPT = Path.of("../docs/verify_bundle.py");
  private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

  private record Run(int exitCode, String output) {}

  @TempDir private Path directory;
  private String python;

  @BeforeEach
  void findPython() throws Exception {
    for (String candidate : PYTHONS) {
      if (python == null && run(candidate, "-c", "import avro, scipy").exitCode() == 0) {
        python = candidate;
      }
    }
    assumeTrue(python != null, "skipped: no python3 with avro and scipy");
  }

  static List<ModelBundle> bundles() {
    return List.of(
        TestBundles.bundle(),
        TestBundles.mixtureBundle(),
        TestBundles.kernelBundle(),
        TestBundles.optionalKernelBundle());
  }

  @ParameterizedTest
  @MethodSource("bundles")
  void shouldReproduceTheProbeScores(ModelBundle bundle) throws Exception {
    Path file = directory.resolve("model.avro");
    BundleFiles.write(file, bundle);
    Run run = run(python, SCRIPT.toString(), file.toString());
    assertThat(run.output()).contains("sha256 ok, 5 probes");
    assertThat(run.exitCode()).isZero();
  }

  private Run run(String... command) throws IOException, InterruptedException {
    Path output = directory.resolve("output.txt");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException missing) {
      return new Run(127, missing.getMessage());
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Run(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
  }
}
