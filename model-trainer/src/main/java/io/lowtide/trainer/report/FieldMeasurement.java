package io.lowtide.trainer.report;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.TimeValue;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.trainer.feature.PlannedField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Looks at each field that a model takes, in the order of its inputs. */
final class FieldMeasurement {

  static final int BINS = 32;

  private static final int CATEGORIES = 6;

  /** Of each end, left out of the picture, not of the range: a spike would flatten the rest. */
  private static final double OUTSIDE = 0.001;

  private final ScoredRecords records;
  private final double[][] samples;
  private final Map<String, String> reasons = new LinkedHashMap<>();

  /**
   * @param samples the model's draws, continuous values only
   * @param planned the fields with the reasons, as far as they are known
   */
  FieldMeasurement(ScoredRecords records, double[][] samples, List<PlannedField> planned) {
    this.records = records;
    this.samples = samples;
    planned.forEach(field -> reasons.put(field.name(), field.reason()));
  }

  /** The facts of at most so many fields. */
  List<FieldFacts> first(int most) {
    FeatureEncoder encoder = records.model().encoder();
    List<FieldFacts> facts = new ArrayList<>();
    for (int input = 0; input < Math.min(most, encoder.inputs().size()); input++) {
      facts.add(of(input));
    }
    return facts;
  }

  private FieldFacts of(int input) {
    FeatureInput field = records.model().encoder().inputs().get(input);
    double[] present =
        Arrays.stream(records.values())
            .mapToDouble(row -> row[input])
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return new FieldFacts(
        field.column(),
        takenFor(input),
        Optional.ofNullable(reasons.get(field.field())),
        records.size() - present.length,
        values(field, input, present));
  }

  private FieldFacts.Values values(FeatureInput field, int input, double[] present) {
    if (present.length == 0) {
      return new FieldFacts.Nothing();
    }
    return switch (field.kind()) {
      case CATEGORY -> categories(input);
      case TIME ->
          new FieldFacts.Times(
              TimeValue.text(present[0]), TimeValue.text(present[present.length - 1]));
      case NUMBER, TRUTH -> numbers(input, present);
    };
  }

  private FieldFacts.Numbers numbers(int input, double[] present) {
    FeatureEncoder encoder = records.model().encoder();
    boolean scored = input < encoder.dimensions();
    FieldScale scale = scored ? FieldScale.of(encoder.features().get(input)) : FieldScale.LINEAR;
    double[] drawn = scored ? Arrays.stream(samples).mapToDouble(s -> s[input]).toArray() : none();
    Span span = Span.of(scale, OUTSIDE, present, drawn);
    return new FieldFacts.Numbers(
        present[0],
        present[present.length / 2],
        present[present.length - 1],
        scale,
        span.low(),
        span.high(),
        shares(present, scale, span),
        shares(drawn, scale, span));
  }

  private static double[] none() {
    return new double[0];
  }

  private static double[] shares(double[] values, FieldScale scale, Span span) {
    if (values.length == 0) {
      return values;
    }
    double[] shares = new double[BINS];
    for (double value : values) {
      int bin = span.part(scale.of(value), BINS);
      if (bin >= 0) {
        shares[bin] += 1.0 / values.length;
      }
    }
    return shares;
  }

  private FieldFacts.Categories categories(int input) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    IntFunction<Optional<String>> texts = records.texts(input);
    for (int row = 0; row < records.size(); row++) {
      texts.apply(row).ifPresent(text -> counts.merge(text, 1, Integer::sum));
    }
    List<Map.Entry<String, Integer>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(Collections.reverseOrder(Map.Entry.comparingByValue()));
    double total = records.size();
    List<FieldFacts.Share> most =
        sorted.stream()
            .limit(CATEGORIES)
            .map(count -> new FieldFacts.Share(count.getKey(), count.getValue() / total))
            .toList();
    return new FieldFacts.Categories(
        most,
        sorted.size() - most.size(),
        sorted.stream().skip(CATEGORIES).mapToInt(Map.Entry::getValue).sum() / total);
  }

  private String takenFor(int input) {
    FeatureEncoder encoder = records.model().encoder();
    FeatureInput field = encoder.inputs().get(input);
    if (input < encoder.dimensions()) {
      String change = field.difference() ? "change of a number" : "number";
      return switch (encoder.features().get(input).getTransform()) {
        case IDENTITY -> change + ", scored";
        case LOG -> change + " on a logarithmic scale, scored";
        case ASINH -> change + " on an asinh scale, scored";
      };
    }
    if (input < encoder.layout().numbers()) {
      return "constant, told when it changes";
    }
    if (input < encoder.layout().scoredSize()) {
      return "category, scored";
    }
    ContextFeature context = encoder.contextFeatures().get(input - encoder.layout().scoredSize());
    return switch (context.getKind()) {
      case CYCLE -> "time of " + period(context.getPeriod()) + ", judged under";
      case LAG -> "past value, judged under";
      case NUMBER -> "number, judged under";
      case CATEGORY -> "category, judged under";
    };
  }

  private static String period(double seconds) {
    if (seconds == 86_400) {
      return "day";
    }
    return seconds == 604_800 ? "week" : "a cycle of " + Math.round(seconds) + " s";
  }
}
