package io.lowtide.density.explanation;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.density.feature.ValueLayout;
import io.lowtide.schemas.ContextValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Says under which context a record was judged. */
public final class ContextDescription {

  /** What stands for a value that is not there. */
  public static final String MISSING = "missing";

  private ContextDescription() {}

  /**
   * The categories and the context features of a record, each field once.
   *
   * @param values one for each of the encoder's inputs
   * @param categoryText the text of a category by the index of its input; empty where missing
   */
  public static List<ContextValue> of(
      FeatureEncoder encoder, double[] values, IntFunction<Optional<String>> categoryText) {
    // A time with two cycles is one value.
    Map<String, ContextValue> described = new LinkedHashMap<>();
    for (int index : indices(encoder.layout())) {
      FeatureInput input = encoder.inputs().get(index);
      double value = values[index];
      String text =
          switch (input.kind()) {
            case CATEGORY -> categoryText.apply(index).orElse(MISSING);
            case TIME -> Double.isNaN(value) ? MISSING : TimeValue.text(value);
            case NUMBER, TRUTH -> Double.isNaN(value) ? MISSING : CategoryText.of(value);
          };
      described.put(input.column(), new ContextValue(input.field(), input.lag(), text));
    }
    return List.copyOf(described.values());
  }

  /** Of the categories, then of the context features. */
  private static int[] indices(ValueLayout layout) {
    return IntStream.concat(
            IntStream.range(0, layout.categories()).map(layout::indexOfCategory),
            IntStream.range(0, layout.contextFeatures()).map(layout::indexOfContextFeature))
        .toArray();
  }
}
