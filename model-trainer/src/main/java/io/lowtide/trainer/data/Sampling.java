package io.lowtide.trainer.data;

/**
 * Which rows of a source to keep where there are more than are wanted. Which ones follows from the
 * seed and from where each row is in its source, so that reading it again keeps the same.
 *
 * @param mostRows number of rows to keep at most, at least 1
 * @param kind how they are chosen
 * @param seed of the choice
 */
public record Sampling(int mostRows, Kind kind, long seed) {

  /** Every row. */
  public static final Sampling EVERYTHING = new Sampling(Integer.MAX_VALUE, Kind.UNIFORM, 0);

  /** How rows are chosen. */
  public enum Kind {
    /** Each row is as likely as any other. */
    UNIFORM,
    /** Equally many of each slice of time, as far as it has them: busy hours do not crowd out. */
    TIME
  }
}
