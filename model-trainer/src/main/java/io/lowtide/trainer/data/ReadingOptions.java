package io.lowtide.trainer.data;

import io.lowtide.density.feature.FieldText;
import java.nio.charset.Charset;
import java.util.Optional;

/**
 * How files are read where they do not say it themselves.
 *
 * @param separator of the values of a CSV file; empty: found by looking
 * @param decimalMark of the numbers of a CSV file; empty: found by looking, for each column
 * @param encoding of a CSV file; empty: UTF-8
 * @param texts what texts mean, and which stand for missing values
 * @param normalLabel label of the normal records; empty: 0, false, or 1 beside -1
 */
public record ReadingOptions(
    Optional<Character> separator,
    Optional<DecimalMark> decimalMark,
    Optional<Charset> encoding,
    FieldText texts,
    Optional<String> normalLabel) {

  /** Everything found by looking, the usual texts missing. */
  public static final ReadingOptions USUAL =
      new ReadingOptions(
          Optional.empty(), Optional.empty(), Optional.empty(), FieldText.USUAL, Optional.empty());
}
