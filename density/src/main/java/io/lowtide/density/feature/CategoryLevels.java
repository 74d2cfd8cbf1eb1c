package io.lowtide.density.feature;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.util.Utf8;

/**
 * Finds the level of a value, wherever it comes from. A text that is no level as it is written is
 * compared as {@link FieldText#category} has it, then as a number, and, where all levels are words
 * for true and false, as a truth value: so 1.0, True and 1 in a file of training records are what
 * 1.0, true and 1 are in an Avro record. Immutable.
 */
public final class CategoryLevels {

  private final Map<Object, Double> byText = new HashMap<>();
  private final Map<String, Double> byName = new HashMap<>();
  private final Map<Double, Double> byNumber = new HashMap<>();
  private final Map<Double, Double> byTruth = new HashMap<>();

  /**
   * @param levels in the order of their indices
   */
  public CategoryLevels(List<String> levels) {
    Set<Double> ambiguous = new HashSet<>();
    boolean truth = !levels.isEmpty();
    for (int i = 0; i < levels.size(); i++) {
      String level = levels.get(i);
      double index = i;
      // As Avro has texts and as Java has them, so that a look-up need not convert.
      byText.put(level, index);
      byText.put(new Utf8(level), index);
      byName.putIfAbsent(FieldText.category(FieldText.strip(level)), index);
      double number = FieldText.number(FieldText.strip(level));
      if (Double.isFinite(number) && byNumber.putIfAbsent(number + 0.0, index) != null) {
        // 1.5 and 1.50, or 7 and 007, are told apart: another way to write it is neither.
        ambiguous.add(number + 0.0);
      }
      double truthValue = FieldText.truth(FieldText.strip(level));
      truth &= !Double.isNaN(truthValue);
      byTruth.putIfAbsent(truthValue, index);
    }
    byNumber.keySet().removeAll(ambiguous);
    if (!truth) {
      byTruth.clear();
    }
  }

  /**
   * The level of a value of an Avro record.
   *
   * @return its index, {@link FeatureInput#UNKNOWN_LEVEL} if it is none of them, or NaN if it is
   *     nothing that can be a category
   */
  double of(Object value) {
    Double index = byText.get(value);
    if (index != null) {
      return index;
    }
    String text = CategoryText.of(value);
    return text == null ? Double.NaN : of(text);
  }

  /**
   * The level of a text.
   *
   * @return its index, or {@link FeatureInput#UNKNOWN_LEVEL} if it is none of them
   */
  public double of(String text) {
    Double index = byText.get(text);
    if (index != null) {
      return index;
    }
    String stripped = FieldText.strip(text);
    index = byName.get(FieldText.category(stripped));
    if (index == null) {
      index = byNumber.get(FieldText.number(stripped) + 0.0);
    }
    if (index == null) {
      index = byTruth.get(FieldText.truth(stripped));
    }
    return index == null ? FeatureInput.UNKNOWN_LEVEL : index;
  }
}
