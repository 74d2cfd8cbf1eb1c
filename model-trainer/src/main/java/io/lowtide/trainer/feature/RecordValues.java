package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryLevels;
import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** Rows of a table as the values that a scorer takes. */
public final class RecordValues {

  private RecordValues() {}

  /**
   * The values of each row, one for each of the encoder's inputs.
   *
   * @param table has a column for each of them, lagged ones included
   * @throws DataException if a column is missing or does not hold what its input asks for
   */
  public static double[][] of(FeatureEncoder encoder, Table table) {
    List<FeatureInput> inputs = encoder.inputs();
    int[] columns = new int[inputs.size()];
    List<DoubleUnaryOperator> readers = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      columns[i] = table.indexOf(inputs.get(i).column());
      readers.add(reader(inputs.get(i), table));
    }
    double[][] values = new double[table.size()][columns.length];
    for (int row = 0; row < values.length; row++) {
      for (int i = 0; i < columns.length; i++) {
        double value = table.rows()[row][columns[i]];
        values[row][i] = Double.isNaN(value) ? value : readers.get(i).applyAsDouble(value);
      }
    }
    return values;
  }

  private static DoubleUnaryOperator reader(FeatureInput input, Table table) {
    List<String> texts = table.dictionaries().get(input.column());
    return switch (input.kind()) {
      case NUMBER, TRUTH ->
          texts == null ? DoubleUnaryOperator.identity() : numbers(input, texts, table);
      case TIME -> texts == null ? times(input, table) : times(input, texts, table);
      case CATEGORY -> levels(input, texts);
    };
  }

  private static DoubleUnaryOperator levels(FeatureInput input, List<String> texts) {
    CategoryLevels levels = new CategoryLevels(input.levels());
    return value -> levels.of(texts == null ? CategoryText.of(value) : texts.get((int) value));
  }

  /** A column of texts may hold truth values, or numbers here and there. */
  private static DoubleUnaryOperator numbers(FeatureInput input, List<String> texts, Table table) {
    double[] numbers = texts.stream().mapToDouble(FieldText::number).toArray();
    for (int i = 0; i < numbers.length; i++) {
      if (Double.isNaN(numbers[i]) && input.kind() == FeatureInput.Kind.TRUTH) {
        numbers[i] = FieldText.truth(texts.get(i));
      }
      if (!Double.isFinite(numbers[i])) {
        throw misfit(input, texts.get(i), table, "a number");
      }
    }
    return value -> numbers[(int) value];
  }

  private static DoubleUnaryOperator times(FeatureInput input, Table table) {
    return value -> {
      double seconds = input.times().ofNumber(value);
      if (Double.isNaN(seconds) && !input.optional()) {
        throw misfit(input, CategoryText.of(value), table, "a time");
      }
      return seconds;
    };
  }

  private static DoubleUnaryOperator times(FeatureInput input, List<String> texts, Table table) {
    double[] seconds = texts.stream().mapToDouble(input.times()::ofText).toArray();
    for (int i = 0; i < seconds.length; i++) {
      if (Double.isNaN(seconds[i]) && !input.optional()) {
        throw misfit(input, texts.get(i), table, "a time");
      }
    }
    return value -> seconds[(int) value];
  }

  private static DataException misfit(
      FeatureInput input, String text, Table table, String expected) {
    return new DataException(
        table.source()
            + ", column \""
            + input.column()
            + "\": \""
            + text
            + "\", expected "
            + expected);
  }
}
