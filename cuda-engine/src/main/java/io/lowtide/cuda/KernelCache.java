package io.lowtide.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kernels that were compiled before, in a folder of the user's: {@code lowtide/kernels} under
 * {@code XDG_CACHE_HOME}, else under {@code .cache} at home. Where it cannot be read or written,
 * kernels are compiled each time.
 */
final class KernelCache {

  private static final Logger LOG = LoggerFactory.getLogger(KernelCache.class);

  private final Path folder;

  /**
   * @param folder made when something is kept
   */
  KernelCache(Path folder) {
    this.folder = folder;
  }

  /** That of the user. */
  static KernelCache ofUser() {
    String home = System.getenv("XDG_CACHE_HOME");
    Path base =
        home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home);
    return new KernelCache(base.resolve("lowtide").resolve("kernels"));
  }

  /**
   * Name of an image, the same for the same parts.
   *
   * @param parts all that it depends on: source, options, compiler
   */
  static String key(List<String> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The image that was kept under a key. */
  Optional<byte[]> read(String key) {
    Path file = file(key);
    try {
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      LOG.debug("Kernel {} cannot be read", file, e);
      return Optional.empty();
    }
  }

  /** Keeps an image: all of it, or nothing. */
  void write(String key, byte[] image) {
    try {
      Files.createDirectories(folder);
      Path unfinished = Files.createTempFile(folder, key, ".tmp");
      try {
        Files.write(unfinished, image);
        Files.move(
            unfinished,
            file(key),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      LOG.debug("Kernel {} cannot be kept", file(key), e);
    }
  }

  private Path file(String key) {
    return folder.resolve(key + ".cubin");
  }
}
