package io.lowtide.trainer.feature;

import io.lowtide.density.feature.TimeReading;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.List;

/**
 * The points in time that a column of texts holds.
 *
 * @param seconds since 1970-01-01T00:00Z of each record; NaN where it has none
 * @param readable number of records with a time
 * @param unreadable number of records with a text that is no time
 * @param example one of these texts; empty if there is none
 */
public record TimeColumn(double[] seconds, int readable, int unreadable, String example) {

  /**
   * Reads it.
   *
   * @param field name of a column of texts
   * @throws DataException if at least half of the texts are no times
   */
  public static TimeColumn of(Table table, String field, TimeReading times) {
    TimeColumn column =
        of(table.column(table.indexOf(field)), table.dictionaries().get(field), times);
    if (column.unreadable() >= Math.max(1, column.readable())) {
      throw new DataException(
          table.source()
              + ", column \""
              + field
              + "\": \""
              + column.example()
              + "\", expected a time; one like 03/04/2026 needs day-first or month-first");
    }
    return column;
  }

  static TimeColumn of(double[] column, List<String> texts, TimeReading times) {
    double[] ofTexts = texts.stream().mapToDouble(times::ofText).toArray();
    double[] seconds = new double[column.length];
    int readable = 0;
    int unreadable = 0;
    String example = "";
    for (int row = 0; row < seconds.length; row++) {
      boolean missing = Double.isNaN(column[row]);
      seconds[row] = missing ? Double.NaN : ofTexts[(int) column[row]];
      readable += Double.isNaN(seconds[row]) ? 0 : 1;
      if (!missing && Double.isNaN(seconds[row])) {
        unreadable++;
        example = example.isEmpty() ? texts.get((int) column[row]) : example;
      }
    }
    return new TimeColumn(seconds, readable, unreadable, example);
  }
}
