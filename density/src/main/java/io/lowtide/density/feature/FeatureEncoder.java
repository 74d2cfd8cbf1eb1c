package io.lowtide.density.feature;

import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Presence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns the values of a record into the numbers that the flow sees: its d continuous features u =
 * (T(x) - location - contextWeights . c) / scale, and its context c of k numbers. Immutable, shared
 * by all threads.
 *
 * <p>The values of a record are one for each of {@link #inputs}; {@link #layout} says where each
 * is.
 */
public final class FeatureEncoder {

  /** Index of the parent of a category whose probabilities depend on no other. */
  public static final int NO_PARENT = -1;

  /**
   * Numbers of the context are cut off at so many deviations: how absurd a value was must not
   * decide whether the record after it has a score.
   */
  private static final double LARGEST_CONTEXT = 10;

  private final List<ContinuousFeature> features;
  private final List<ConstantFeature> constants;
  private final List<CategoricalFeature> categories;
  private final List<ContextFeature> contextFeatures;
  private final ValueLayout layout;
  private final List<FeatureInput> inputs;
  private final LaggedFields laggedFields;
  private final ZoneShift[] zoneShifts;
  private final FieldText texts;
  private final double[][] contextWeights;
  private final double[] logScales;
  private final int contextDimensions;
  private final List<int[]> categoryEntries;
  private final int[] parents;

  /**
   * @throws IllegalArgumentException if the specification is not one that can be encoded by
   */
  public FeatureEncoder(FeatureSpecification specification) {
    this.features = List.copyOf(specification.getContinuous());
    this.constants = List.copyOf(specification.getConstants());
    this.categories = List.copyOf(specification.getCategorical());
    this.contextFeatures = List.copyOf(specification.getContext());
    List<int[]> entries = new ArrayList<>();
    this.contextDimensions = layOutContext(entries);
    this.categoryEntries = List.copyOf(entries);
    new SpecificationCheck(specification, contextDimensions).run();
    this.parents = new int[categories.size()];
    Arrays.setAll(parents, this::findParent);
    this.layout =
        new ValueLayout(
            features.size(), constants.size(), categories.size(), contextFeatures.size());
    this.inputs = listInputs();
    this.laggedFields = new LaggedFields(inputs);
    this.zoneShifts = new ZoneShift[contextFeatures.size()];
    Arrays.setAll(zoneShifts, i -> inputs.get(layout.indexOfContextFeature(i)).times().shift());
    this.texts = new FieldText(specification.getMissingTexts());
    this.contextWeights =
        features.stream()
            .map(f -> f.getContextWeights().stream().mapToDouble(Double::doubleValue).toArray())
            .toArray(double[][]::new);
    this.logScales = features.stream().mapToDouble(f -> Math.log(f.getScale())).toArray();
  }

  /**
   * Walks over the layout of the context.
   *
   * @param entries receives where categories have theirs, see {@link #categoryEntries}
   * @return length of the context
   */
  private int layOutContext(List<int[]> entries) {
    int at = 0;
    for (CategoricalFeature category : categories) {
      at = addEntries(entries, at, category.getContextLevels());
    }
    for (ContinuousFeature feature : features) {
      at += feature.getMissingProbability() > 0 ? 1 : 0;
    }
    for (ContextFeature feature : contextFeatures) {
      at =
          feature.getKind() == ContextKind.CATEGORY
              ? addEntries(entries, at, feature.getLevels().size())
              : at + 2;
    }
    return at;
  }

  private static int addEntries(List<int[]> entries, int at, int count) {
    if (count > 0) {
      entries.add(new int[] {at, at + count});
    }
    return at + count;
  }

  private List<FeatureInput> listInputs() {
    List<FeatureInput> list = new ArrayList<>();
    for (ContinuousFeature feature : features) {
      boolean optional = feature.getMissingProbability() > 0;
      if (feature.getDifference() != 0) {
        list.add(FeatureInput.change(feature.getName()));
        continue;
      }
      list.add(
          feature.getMinimum() == 0 && feature.getMaximum() == 1 && feature.getResolution() == 1
              ? FeatureInput.truth(feature.getName(), optional)
              : FeatureInput.number(feature.getName(), optional));
    }
    for (ConstantFeature constant : constants) {
      list.add(
          constant.getValue() == 0 || constant.getValue() == 1
              ? FeatureInput.truth(constant.getName(), false)
              : FeatureInput.number(constant.getName(), false));
    }
    for (CategoricalFeature category : categories) {
      list.add(
          FeatureInput.category(
              category.getName(),
              category.getMissingProbability() > 0,
              category.getLevels().stream().map(CategoryLevel::getValue).toList()));
    }
    for (ContextFeature feature : contextFeatures) {
      list.add(
          switch (feature.getKind()) {
            case CYCLE ->
                FeatureInput.time(
                    feature.getName(),
                    feature.getPresence() == Presence.OPTIONAL,
                    TimeReading.of(feature.getZone(), feature.getDateOrder()));
            case NUMBER -> FeatureInput.number(feature.getName(), true);
            case CATEGORY -> FeatureInput.category(feature.getName(), true, feature.getLevels());
            case LAG -> FeatureInput.lagged(feature.getName(), feature.getLag());
          });
    }
    return List.copyOf(list);
  }

  private int findParent(int category) {
    List<String> names = categories.stream().map(CategoricalFeature::getName).toList();
    // The index of a name that is not there is NO_PARENT.
    return names.indexOf(categories.get(category).getParent());
  }

  /** The continuous features, in the order of the flow's dimensions. */
  public List<ContinuousFeature> features() {
    return features;
  }

  /** The columns that had one value in training. */
  public List<ConstantFeature> constants() {
    return constants;
  }

  /** The categorical features. */
  public List<CategoricalFeature> categories() {
    return categories;
  }

  /** Index of the category that a category's probabilities depend on, or {@link #NO_PARENT}. */
  public int parentOf(int category) {
    return parents[category];
  }

  /** The features that are conditioned on and not scored. */
  public List<ContextFeature> contextFeatures() {
    return contextFeatures;
  }

  /** The values that a record is scored by, in their order. */
  public List<FeatureInput> inputs() {
    return inputs;
  }

  /** What the texts of records mean. */
  public FieldText texts() {
    return texts;
  }

  /** Where each of these values is in the array of a record's values. */
  public ValueLayout layout() {
    return layout;
  }

  /** The fields whose past values are part of the context. */
  public LaggedFields laggedFields() {
    return laggedFields;
  }

  /** Number of continuous features, d. */
  public int dimensions() {
    return features.size();
  }

  /** Length of the context, k. */
  public int contextDimensions() {
    return contextDimensions;
  }

  /**
   * Where the context holds categories: for each one with entries the first of them, and the first
   * that is another feature's.
   */
  public List<int[]> categoryEntries() {
    return categoryEntries;
  }

  /**
   * Encodes the context of one record: the levels of its categories, which of its continuous values
   * are missing, its context features.
   *
   * @param values one for each input
   * @param context receives k numbers
   */
  public void encodeContext(double[] values, double[] context) {
    Arrays.fill(context, 0);
    int at = 0;
    for (int i = 0; i < categories.size(); i++) {
      CategoricalFeature category = categories.get(i);
      double level = values[layout.indexOfCategory(i)];
      if (level >= 0 && level < category.getContextLevels()) {
        context[at + (int) level] = 1;
      }
      at += category.getContextLevels();
    }
    for (int i = 0; i < features.size(); i++) {
      if (features.get(i).getMissingProbability() > 0) {
        context[at++] = Double.isNaN(values[i]) ? 1 : 0;
      }
    }
    for (int i = 0; i < contextFeatures.size(); i++) {
      double value = values[layout.indexOfContextFeature(i)];
      at = encode(contextFeatures.get(i), zoneShifts[i], value, context, at);
    }
  }

  /** Returns where the next feature's entries begin. */
  private static int encode(
      ContextFeature feature, ZoneShift shift, double value, double[] context, int at) {
    switch (feature.getKind()) {
      case CYCLE -> {
        double time = shift.toWallClock(value);
        double angle = 2 * Math.PI * (time % feature.getPeriod()) / feature.getPeriod();
        boolean missing = Double.isNaN(value);
        context[at] = missing ? 0 : Math.sin(angle);
        context[at + 1] = missing ? 0 : Math.cos(angle);
        return at + 2;
      }
      case CATEGORY -> {
        if (value >= 0) {
          context[at + (int) value] = 1;
        }
        return at + feature.getLevels().size();
      }
      default -> {
        double transformed =
            transform(
                feature.getTransform(),
                feature.getTransformShift(),
                feature.getTransformScale(),
                value);
        boolean missing = Double.isNaN(transformed);
        double standardised = (transformed - feature.getLocation()) / feature.getScale();
        context[at] =
            missing ? 0 : Math.max(-LARGEST_CONTEXT, Math.min(LARGEST_CONTEXT, standardised));
        context[at + 1] = missing ? 1 : 0;
        return at + 2;
      }
    }
  }

  /**
   * Encodes the continuous values of one record.
   *
   * @param values d numbers or more, in the units of the record, the continuous ones first; NaN
   *     where missing
   * @param context its encoded context, k numbers
   * @param encoded receives d numbers, NaN where the value is missing or lies outside the domain of
   *     its transform
   * @return log |du/dx| of the values that are there; NaN if one lies outside the domain of its
   *     transform
   */
  public double encode(double[] values, double[] context, double[] encoded) {
    double logDeterminant = 0;
    for (int i = 0; i < encoded.length; i++) {
      ContinuousFeature feature = features.get(i);
      double x = values[i];
      if (Double.isNaN(x)) {
        encoded[i] = Double.NaN;
        continue;
      }
      double transformed =
          transform(
              feature.getTransform(), feature.getTransformShift(), feature.getTransformScale(), x);
      encoded[i] = (transformed - location(i, context)) / feature.getScale();
      logDeterminant += logSlope(feature, x, transformed) - logScales[i];
    }
    return logDeterminant;
  }

  /** log T'(x). */
  private static double logSlope(ContinuousFeature feature, double x, double transformed) {
    return switch (feature.getTransform()) {
      case IDENTITY -> 0;
      case LOG -> -transformed;
      case ASINH -> {
        double ratio = (x - feature.getTransformShift()) / feature.getTransformScale();
        // d asinh(r)/dx = 1 / (scale sqrt(1 + r^2)), and hypot does not overflow.
        yield -Math.log(Math.hypot(1, ratio) * feature.getTransformScale());
      }
    };
  }

  /**
   * log |du/dx| of one continuous feature, by its encoded value.
   *
   * @param feature its index
   * @param encoded u, as {@link #encode} gives it
   * @param context the encoded context, k numbers
   */
  public double logSlope(int feature, double encoded, double[] context) {
    ContinuousFeature specified = features.get(feature);
    double transformed = encoded * specified.getScale() + location(feature, context);
    return switch (specified.getTransform()) {
          case IDENTITY -> 0;
          case LOG -> -transformed;
          case ASINH -> -logCosh(transformed) - Math.log(specified.getTransformScale());
        }
        - logScales[feature];
  }

  /** sqrt(1 + r^2) with r = sinh(t) is cosh(t). */
  private static double logCosh(double t) {
    double size = Math.abs(t);
    return size + Math.log1p(Math.exp(-2 * size)) - Math.log(2);
  }

  private double location(int feature, double[] context) {
    double location = features.get(feature).getLocation();
    double[] weights = contextWeights[feature];
    for (int i = 0; i < weights.length; i++) {
      location += weights[i] * context[i];
    }
    return location;
  }

  /**
   * The inverse of {@link #encode}.
   *
   * @param encoded d numbers, NaN where missing
   * @param context the encoded context, k numbers
   * @param values receives d numbers in the units of the record
   */
  public void decode(double[] encoded, double[] context, double[] values) {
    for (int i = 0; i < encoded.length; i++) {
      ContinuousFeature feature = features.get(i);
      double transformed = encoded[i] * feature.getScale() + location(i, context);
      values[i] =
          switch (feature.getTransform()) {
            case LOG -> Math.exp(transformed) - feature.getTransformShift();
            case ASINH ->
                feature.getTransformShift() + feature.getTransformScale() * Math.sinh(transformed);
            case IDENTITY -> transformed;
          };
    }
  }

  /** T(x); NaN outside its domain. */
  private static double transform(
      FeatureTransform transform, double shift, double scale, double x) {
    return switch (transform) {
      case IDENTITY -> x;
      case LOG -> Math.log(x + shift);
      case ASINH -> asinh((x - shift) / scale);
    };
  }

  private static double asinh(double x) {
    double magnitude = Math.abs(x);
    double value =
        magnitude < 1e-4
            ? magnitude
            : magnitude > 1e150
                ? Math.log(magnitude) + Math.log(2)
                : Math.log1p(magnitude + magnitude * magnitude / (1 + Math.hypot(1, magnitude)));
    return Math.copySign(value, x);
  }
}
