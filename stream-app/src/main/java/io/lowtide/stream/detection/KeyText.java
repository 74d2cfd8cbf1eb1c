package io.lowtide.stream.detection;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Keys of records, for people. */
final class KeyText {

  private KeyText() {}

  /** The key as text where it is printable UTF-8, in hexadecimal otherwise; null for no key. */
  static String of(byte[] key) {
    if (key == null) {
      return null;
    }
    if (isPlain(key)) {
      return new String(key, StandardCharsets.US_ASCII);
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      if (text.chars().noneMatch(Character::isISOControl)) {
        return text;
      }
    } catch (CharacterCodingException notText) {
      // Shown in hexadecimal, like a key with control characters.
    }
    return HexFormat.of().formatHex(key);
  }

  /** Most keys are; a decoder takes longer than to look. */
  private static boolean isPlain(byte[] key) {
    for (byte letter : key) {
      if (letter < ' ' || letter > '~') {
        return false;
      }
    }
    return true;
  }
}
