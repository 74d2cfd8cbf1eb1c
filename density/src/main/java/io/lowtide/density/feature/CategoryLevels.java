package io.lowtide.density.feature;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.util.Utf8;

/**
 * Finds the level of a value. Texts are compared as they are; a number or a truth value that is no
 * level as text is compared by its meaning, so that 1.0, True and 1 in a file of training records
 * are what 1.0, true and 1 are in an Avro record. Immutable.
 */
public final class CategoryLevels {

  private final Map<Object, Double> byText = new HashMap<>();
  private final Map<String, Double> byMeaning = new HashMap<>();

  /**
   * @param levels in the order of their indices
   */
  public CategoryLevels(List<String> levels) {
    for (int index = 0; index < levels.size(); index++) {
      String level = levels.get(index);
      // As Avro has texts and as Java has them, so that a look-up need not convert.
      byText.put(level, (double) index);
      byText.put(new Utf8(level), (double) index);
      String meaning = meaning(level);
      if (meaning != null) {
        byMeaning.putIfAbsent(meaning, (double) index);
      }
    }
  }

  /** Of a text: a number or a truth value in the one way that it is written here; else null. */
  private static String meaning(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.equals("true") || lower.equals("false")) {
      return lower;
    }
    try {
      double number = Double.parseDouble(text);
      return Double.isFinite(number) ? CategoryText.of(number) : null;
    } catch (NumberFormatException noNumber) {
      return null;
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
    if (text == null) {
      return Double.NaN;
    }
    index = byText.get(text);
    if (index == null && (value instanceof Number || value instanceof Boolean)) {
      index = byMeaning.get(text);
    }
    return index == null ? FeatureInput.UNKNOWN_LEVEL : index;
  }

  /**
   * The level of a value of a file, which may be a number or a truth value written as text.
   *
   * @return its index, or {@link FeatureInput#UNKNOWN_LEVEL} if it is none of them
   */
  public double ofWritten(String text) {
    Double index = byText.get(text);
    if (index == null) {
      String meaning = meaning(text);
      index = meaning == null ? null : byMeaning.get(meaning);
    }
    return index == null ? FeatureInput.UNKNOWN_LEVEL : index;
  }
}
