package io.lowtide.kafka.alert;

import java.util.Locale;

/** Texts of records as people see them: a terminal, or a page, obeys some of what it is sent. */
public final class Printable {

  private Printable() {}

  /** The text with control and formatting characters, line breaks among them, as escapes. */
  public static String of(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isHarmless(point)) {
                printable.appendCodePoint(point);
              } else {
                printable.append(String.format(Locale.ROOT, "\\u%04x", point));
              }
            });
    return printable.toString();
  }

  private static boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
