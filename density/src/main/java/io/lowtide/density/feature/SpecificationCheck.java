package io.lowtide.density.feature;

import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.CategoryLevel;
import io.lowtide.schemas.ConditionalProbabilities;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Checks a feature specification: names, numbers in their ranges, probabilities that sum to one.
 */
final class SpecificationCheck {

  /** Two sums of probabilities closer than this are equal but for rounding. */
  private static final double PROBABILITY_ROUNDING = 1e-9;

  private final FeatureSpecification specification;
  private final int contextDimensions;
  private final Map<String, CategoricalFeature> categories = new LinkedHashMap<>();

  /**
   * @param contextDimensions length of the context that the specification makes
   */
  SpecificationCheck(FeatureSpecification specification, int contextDimensions) {
    this.specification = specification;
    this.contextDimensions = contextDimensions;
  }

  /**
   * Checks everything.
   *
   * @throws IllegalArgumentException if a feature is repeated, has no name, or has a location,
   *     scale, probability or other number out of range
   */
  void run() {
    if (specification.getContinuous().isEmpty()) {
      throw new IllegalArgumentException(
          "features: none, expected at least one continuous feature");
    }
    Set<String> names = new HashSet<>();
    for (ContinuousFeature feature : specification.getContinuous()) {
      requireNew(names, feature.getName());
      require(feature);
    }
    for (ConstantFeature constant : specification.getConstants()) {
      requireNew(names, constant.getName());
      requireFinite(constant.getName(), "value", constant.getValue());
      requireProbability(
          constant.getName(), "changeProbability", constant.getChangeProbability(), false);
    }
    for (CategoricalFeature category : specification.getCategorical()) {
      requireNew(names, category.getName());
      require(category);
      categories.put(category.getName(), category);
    }
    categories.values().forEach(this::requireParent);
    requireForest();
    specification.getContext().forEach(SpecificationCheck::require);
  }

  private void require(ContinuousFeature feature) {
    String name = feature.getName();
    requirePositive(name, "scale", feature.getScale());
    requirePositive(name, "transformScale", feature.getTransformScale());
    requireFinite(name, "location", feature.getLocation());
    requireFinite(name, "transformShift", feature.getTransformShift());
    requireFinite(name, "minimum", feature.getMinimum());
    requireFinite(name, "maximum", feature.getMaximum());
    requireFinite(name, "missingOffset", feature.getMissingOffset());
    requireProbability(
        name, "missingProbability", feature.getMissingProbability(), feature.getDifference() == 0);
    if (feature.getDifference() != 0 && feature.getDifference() != 1) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": difference " + feature.getDifference() + ", expected 0 or 1");
    }
    int weights = feature.getContextWeights().size();
    if (weights != 0 && weights != contextDimensions) {
      throw new IllegalArgumentException(
          "feature \""
              + name
              + "\": "
              + weights
              + " contextWeights, expected none or one for each of the "
              + contextDimensions
              + " entries of the context");
    }
    for (double weight : feature.getContextWeights()) {
      requireFinite(name, "contextWeights", weight);
    }
  }

  private static void require(CategoricalFeature category) {
    String name = category.getName();
    double sum = category.getUnknownProbability() + category.getMissingProbability();
    requireProbability(name, "unknownProbability", category.getUnknownProbability(), false);
    requireProbability(name, "missingProbability", category.getMissingProbability(), true);
    Set<String> values = new HashSet<>();
    for (CategoryLevel level : category.getLevels()) {
      requireProbability(name, "probability of " + level.getValue(), level.getProbability(), false);
      if (!values.add(level.getValue())) {
        throw new IllegalArgumentException(
            "feature \"" + name + "\": level \"" + level.getValue() + "\" twice, expected once");
      }
      sum += level.getProbability();
    }
    if (!(Math.abs(sum - 1) <= PROBABILITY_ROUNDING)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": probabilities that sum to " + sum + ", expected 1");
    }
    int entries = category.getContextLevels();
    if (entries < 0 || entries > category.getLevels().size()) {
      throw new IllegalArgumentException(
          "feature \""
              + name
              + "\": contextLevels "
              + entries
              + ", expected between 0 and its "
              + category.getLevels().size()
              + " levels");
    }
  }

  private void requireParent(CategoricalFeature category) {
    if (category.getParent() == null) {
      return;
    }
    CategoricalFeature parent = categories.get(category.getParent());
    if (parent == null) {
      throw new IllegalArgumentException(
          "feature \""
              + category.getName()
              + "\": parent \""
              + category.getParent()
              + "\", expected a categorical feature");
    }
    requireTables(category, parent);
  }

  private static void requireTables(CategoricalFeature category, CategoricalFeature parent) {
    String name = category.getName();
    if (category.getGivenParent().size() > parent.getLevels().size()) {
      throw new IllegalArgumentException(
          "feature \""
              + name
              + "\": "
              + category.getGivenParent().size()
              + " givenParent, expected one at most for each of the "
              + parent.getLevels().size()
              + " levels of "
              + parent.getName());
    }
    for (ConditionalProbabilities table : category.getGivenParent()) {
      int outcomes = table.getProbabilities().size();
      if (outcomes != category.getLevels().size() + 2) {
        throw new IllegalArgumentException(
            "feature \""
                + name
                + "\": givenParent of "
                + outcomes
                + " probabilities, expected "
                + (category.getLevels().size() + 2));
      }
      double sum = 0;
      for (int outcome = 0; outcome < outcomes; outcome++) {
        double probability = table.getProbabilities().get(outcome);
        boolean mayBeZero = outcome == outcomes - 1 && category.getMissingProbability() == 0;
        requireProbability(name, "givenParent", probability, mayBeZero);
        sum += probability;
      }
      if (!(Math.abs(sum - 1) <= PROBABILITY_ROUNDING)) {
        throw new IllegalArgumentException(
            "feature \"" + name + "\": givenParent that sums to " + sum + ", expected 1");
      }
    }
  }

  private void requireForest() {
    for (CategoricalFeature start : categories.values()) {
      int steps = 0;
      for (CategoricalFeature at = start;
          at.getParent() != null;
          at = categories.get(at.getParent())) {
        if (steps++ > categories.size()) {
          throw new IllegalArgumentException(
              "feature \"" + start.getName() + "\": its parents form a circle, expected a forest");
        }
      }
    }
  }

  private static void require(ContextFeature feature) {
    String name = feature.getName();
    if (name.isBlank()) {
      throw new IllegalArgumentException("a context feature has no name, expected one");
    }
    switch (feature.getKind()) {
      case CYCLE -> {
        requirePositive(name, "period", feature.getPeriod());
        try {
          TimeReading.of(feature.getZone(), feature.getDateOrder());
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("feature \"" + name + "\": " + e.getMessage(), e);
        }
      }
      case NUMBER, LAG -> {
        requirePositive(name, "scale", feature.getScale());
        requirePositive(name, "transformScale", feature.getTransformScale());
        requireFinite(name, "location", feature.getLocation());
        requireFinite(name, "transformShift", feature.getTransformShift());
        int lag = feature.getLag();
        if (feature.getKind() == ContextKind.LAG && (lag < 1 || lag > FeatureInput.MOST_LAG)) {
          throw new IllegalArgumentException(
              "feature \""
                  + name
                  + "\": lag "
                  + lag
                  + ", expected between 1 and "
                  + FeatureInput.MOST_LAG);
        }
      }
      case CATEGORY -> {
        if (new HashSet<>(feature.getLevels()).size() < feature.getLevels().size()) {
          throw new IllegalArgumentException(
              "feature \"" + name + "\": levels " + feature.getLevels() + ", expected each once");
        }
      }
    }
  }

  private static void requireNew(Set<String> names, String name) {
    if (name.isBlank() || !names.add(name)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": expected a name, and each name once");
    }
  }

  private static void requirePositive(String name, String what, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": " + what + " " + value + ", expected positive");
    }
  }

  private static void requireFinite(String name, String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": " + what + " " + value + ", expected finite");
    }
  }

  private static void requireProbability(
      String name, String what, double value, boolean zeroAllowed) {
    if (!((value > 0 || zeroAllowed && value == 0) && value < 1)) {
      throw new IllegalArgumentException(
          "feature \"" + name + "\": " + what + " " + value + ", expected between 0 and 1");
    }
  }
}
