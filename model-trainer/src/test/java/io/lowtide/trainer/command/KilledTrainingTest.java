package io.lowtide.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lowtide train}, killed (kill -9), and the same command again. */
@Tag("long")
class KilledTrainingTest {

  private static final int KILLS = 5;
  private static final long PATIENCE_SECONDS = 300;

  @TempDir private Path directory;

  /** So many records that they are split, and so few that they are not. */
  @ParameterizedTest
  @ValueSource(ints = {4_000, 900})
  void shouldEndWithTheModelOfAnUndisturbedRun(int records) throws Exception {
    Path data = Files.writeString(directory.resolve("data.csv"), records(records));
    Path folder = directory.resolve("undisturbed");
    long started = System.nanoTime();
    Process undisturbed = train(data, folder);
    assertThat(undisturbed.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(undisturbed.exitValue()).isZero();
    long nanos = System.nanoTime() - started;
    String expected = content(folder);
    for (int kill = 0; kill < KILLS; kill++) {
      Path killedFolder = directory.resolve("killed" + kill);
      Process killed = train(data, killedFolder);
      // From the first iterations on, to the report.
      killed.waitFor((long) (nanos * (0.25 + 0.7 * kill / (KILLS - 1))), TimeUnit.NANOSECONDS);
      killed.destroyForcibly().waitFor();
      long checkpoints = names(killedFolder).stream().filter(n -> n.startsWith("check")).count();
      boolean hadModel = Files.exists(killedFolder.resolve("model.avro"));
      if (hadModel) {
        assertThat(content(killedFolder)).isEqualTo(expected);
      }
      Process again = train(data, killedFolder);
      assertThat(again.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(again.exitValue()).isZero();
      assertThat(content(killedFolder)).isEqualTo(expected);
      assertThat(names(killedFolder))
          .containsExactlyInAnyOrder("model.avro", "training.json", "report.html", "model-card.md");
      System.out.printf(
          Locale.ROOT,
          "%,d records, killed at %.0f %% of %.1f s (checkpoints %d, model %s): the same content%n",
          records,
          100 * (0.25 + 0.7 * kill / (KILLS - 1)),
          nanos / 1e9,
          checkpoints,
          hadModel);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String content(Path folder) throws Exception {
    ModelBundle bundle = BundleFiles.read(folder.resolve("model.avro"));
    return bundle.contentSha256();
  }

  private Process train(Path data, Path output) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                Lowtide.class.getName(),
                "train",
                "--data",
                data.toString(),
                "--detector",
                "press",
                "--output",
                output.toString(),
                "--set",
                "iterations=600",
                "--set",
                "budget=0.02"))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("output.log").toFile())
        .start();
  }

  private static String records(int count) {
    Random random = new Random(8);
    StringBuilder text = new StringBuilder("speed,load,heat\n");
    for (int i = 0; i < count; i++) {
      double speed = random.nextGaussian();
      text.append(
          String.format(
              Locale.ROOT,
              "%.4f,%.4f,%.4f%n",
              speed,
              speed * speed + 0.3 * random.nextGaussian(),
              random.nextGaussian() - speed));
    }
    return text.toString();
  }
}
