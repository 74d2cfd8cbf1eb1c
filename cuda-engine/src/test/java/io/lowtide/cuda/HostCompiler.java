package io.lowtide.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Compiles the kernels as C++ for the CPU, and a stand-in for the driver that runs them. A library
 * is kept under {@code target} for as long as its source and macros stay the same.
 */
final class HostCompiler implements KernelCompiler {

  private static final String COMPILER = "g++";
  private static final Path KERNELS = Path.of("src/main/resources/io/lowtide/cuda");
  private static final Path SOURCES = Path.of("src/test/cuda");
  private static final Path LIBRARIES = Path.of("target/host");

  /** A card of today by the stand-in for the driver's library; without a C++ compiler, skips. */
  static CudaDevice deviceOrSkip() {
    assumeTrue(isAvailable(), "no C++ compiler on this machine to run the kernels with");
    return device(9);
  }

  /** An engine that has one tiling for all batches. */
  static CudaEngine engine(CudaDevice device, Tiling tiling) {
    return new CudaEngine(
        device,
        List.of(new HostCompiler()),
        (records, multiprocessors, capability, singlePrecision) -> List.of(tiling));
  }

  /** Whether this machine has a C++ compiler. */
  private static boolean isAvailable() {
    try {
      return run(List.of(COMPILER, "--version")).isEmpty();
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /**
   * A card by the stand-in for the driver's library.
   *
   * @param capability its compute capability, the major number
   */
  static CudaDevice device(int capability) {
    Path library =
        library("driver.cpp", List.of("-O2", "-DCAPABILITY=" + capability), "driver-" + capability);
    return CudaDevice.open(library.toAbsolutePath().toString());
  }

  @Override
  public String description() {
    return "kernels as C++";
  }

  @Override
  public boolean serves(KernelShape shape) {
    return true;
  }

  @Override
  public Optional<byte[]> compile(KernelShape shape) {
    List<String> options = new ArrayList<>(List.of("-O1", "-DHOST"));
    shape.macros().forEach(macro -> options.add("-D" + macro));
    Path library = library("kernels.cpp", options, shape.name());
    return Optional.of(library.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Path library(String source, List<String> options, String name) {
    try {
      Files.createDirectories(LIBRARIES);
      Path library = LIBRARIES.resolve(name + "-" + hash(options) + ".so");
      if (!Files.exists(library)) {
        Path unfinished = Files.createTempFile(LIBRARIES, name, ".tmp");
        List<String> command = new ArrayList<>(List.of(COMPILER, "-std=c++17", "-shared", "-fPIC"));
        command.addAll(options);
        command.addAll(
            List.of(
                "-I" + KERNELS,
                "-I" + SOURCES,
                SOURCES.resolve(source).toString(),
                "-ldl",
                "-o",
                unfinished.toString()));
        String complaint = run(command);
        if (!complaint.isEmpty()) {
          throw new IllegalStateException(complaint);
        }
        Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE);
      }
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(List<String> options) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(options.toString().getBytes(StandardCharsets.UTF_8));
      for (Path folder : List.of(KERNELS, SOURCES)) {
        try (var files = Files.walk(folder)) {
          for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
            if (!file.toString().endsWith(".gz")) {
              digest.update(Files.readAllBytes(file));
            }
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a command complains of; empty if it succeeds. */
  private static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? "" : String.join(" ", command) + "\n" + output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
