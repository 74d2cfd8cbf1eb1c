package io.lowtide.trainer.report;

import java.util.List;
import java.util.Optional;

/**
 * What one field of the records is like.
 *
 * @param name of the field; with how far back where it is a past value
 * @param takenFor in the words of a feature file, and whether it is scored
 * @param why it is taken for that; empty where nobody asked
 * @param missing number of the looked-at records that lack it
 * @param values what its values are like
 */
public record FieldFacts(
    String name, String takenFor, Optional<String> why, int missing, Values values) {

  /** What the values of a field are like. */
  public sealed interface Values {}

  /**
   * Numbers.
   *
   * @param least of them
   * @param median of them
   * @param greatest of them
   * @param scale that the bins are on
   * @param low where the first bin begins, on the scale
   * @param high where the last bin ends, on the scale
   * @param ofRecords share of the records in each bin
   * @param ofModel share of the model's draws in each bin; empty where it is not scored or nothing
   *     could be drawn
   */
  public record Numbers(
      double least,
      double median,
      double greatest,
      FieldScale scale,
      double low,
      double high,
      double[] ofRecords,
      double[] ofModel)
      implements Values {}

  /**
   * Texts.
   *
   * @param most the most frequent ones, the most frequent first
   * @param others number of different ones besides
   * @param shareOfOthers their share of the records
   */
  public record Categories(List<Share> most, int others, double shareOfOthers) implements Values {}

  /**
   * One text.
   *
   * @param text the value
   * @param share of the records that have it
   */
  public record Share(String text, double share) {}

  /**
   * Times.
   *
   * @param first the first, as text
   * @param last the last, as text
   */
  public record Times(String first, String last) implements Values {}

  /** Nothing but missing values. */
  public record Nothing() implements Values {}
}
