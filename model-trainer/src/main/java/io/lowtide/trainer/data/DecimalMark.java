package io.lowtide.trainer.data;

/** What stands before the fraction of a number. */
public enum DecimalMark {
  /** As in 1,234.5. */
  POINT('.'),
  /** As in 1.234,5. */
  COMMA(',');

  private final char character;

  DecimalMark(char character) {
    this.character = character;
  }

  char character() {
    return character;
  }
}
