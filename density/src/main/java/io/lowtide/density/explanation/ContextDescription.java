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
    ValueLayout layout = encoder.layout();
    if (layout.categories() + layout.contextFeatures() == 0) {
      return List.of();
    }
    // A time with two cycles is one value.
    Map<String, ContextValue> described = new LinkedHashMap<>();
    for (int i = 0; i < layout.categories(); i++) {
      describe(encoder, layout.indexOfCategory(i), values, categoryText, described);
    }
    for (int i = 0; i < layout.contextFeatures(); i++) {
      describe(encoder, layout.indexOfContextFeature(i), values, categoryText, described);
    }
    return List.copyOf(described.values());
  }

  private static void describe(
      FeatureEncoder encoder,
      int index,
      double[] values,
      IntFunction<Optional<String>> categoryText,
      Map<String, ContextValue> described) {
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
}
