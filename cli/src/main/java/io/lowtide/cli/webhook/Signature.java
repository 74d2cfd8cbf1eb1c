package io.lowtide.cli.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lowtide.cli.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs bodies, so that a receiver knows who sent them, and when. */
final class Signature {

  private static final String ALGORITHM = "HmacSHA256";
  private static final int SHORTEST = 16;

  private final SecretKeySpec key;

  private Signature(byte[] secret) {
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * Signs with the secret that a file holds, without the white space around it.
   *
   * @throws IOException if it cannot be read
   * @throws OptionException if it is shorter than 16 bytes
   */
  static Signature withSecretIn(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    int from = 0;
    int to = content.length;
    while (from < to && isBlank(content[from])) {
      from++;
    }
    while (to > from && isBlank(content[to - 1])) {
      to--;
    }
    if (to - from < SHORTEST) {
      throw new OptionException(
          "--secret-file: "
              + file
              + " holds a secret of "
              + (to - from)
              + " bytes, expected at least "
              + SHORTEST);
    }
    return new Signature(Arrays.copyOfRange(content, from, to));
  }

  private static boolean isBlank(byte character) {
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
  }

  /**
   * HMAC-SHA256 of the time, a dot and the body, in lower-case hexadecimal.
   *
   * @param seconds of the time of sending, since 1970
   */
  String of(long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((seconds + ".").getBytes(UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
