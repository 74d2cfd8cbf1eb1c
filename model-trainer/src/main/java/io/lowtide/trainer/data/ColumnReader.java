package io.lowtide.trainer.data;

import io.lowtide.density.feature.FieldText;

/**
 * Reads the texts of one column: as numbers, or as texts by way of the table's dictionary.
 *
 * @param index of the column in the table
 * @param name of the column
 * @param form how numbers are written
 * @param texts which texts are missing values
 */
record ColumnReader(int index, String name, NumberForm form, FieldText texts) {

  /**
   * A value.
   *
   * @param place where it stands, for messages
   * @param text without blanks around it
   * @return NaN if it is missing
   * @throws DataException if it is no finite number and should be one
   */
  double value(CsvRows place, String text, TableBuilder table) {
    if (text.isEmpty()) {
      return Double.NaN;
    }
    if (table.isText(index)) {
      return texts.isMissing(text) ? Double.NaN : table.text(index, text);
    }
    double number = form.parse(text);
    if (Double.isNaN(number) ? texts.isMissing(text) : texts.isMissing(number)) {
      return Double.NaN;
    }
    if (!Double.isFinite(number)) {
      throw new DataException(
          place.place()
              + ", column \""
              + name
              + "\": \""
              + text
              + "\", expected a finite number; if it stands for a missing value, say so (--missing)");
    }
    return number;
  }
}
