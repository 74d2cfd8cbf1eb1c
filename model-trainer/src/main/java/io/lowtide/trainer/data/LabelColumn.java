package io.lowtide.trainer.data;

import io.lowtide.density.feature.CategoryLevels;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The column that marks anomalies: by a number other than 0, by true, by -1 beside 1, or by any
 * text but the one of the normal records.
 */
final class LabelColumn {

  private static final Logger LOG = LoggerFactory.getLogger(LabelColumn.class);

  private static final String NORMAL = "normal";
  private static final int MOST_TOLD = 5;

  private final String source;
  private final String name;
  private final Optional<String> normalLabel;
  private final Map<String, Integer> labels = new LinkedHashMap<>();
  private int[] rows = new int[1024];
  private int size;

  /**
   * @param source for messages
   * @param name of the column
   * @param normalLabel label of the normal records, where a person says which
   */
  LabelColumn(String source, String name, Optional<String> normalLabel) {
    this.source = source;
    this.name = name;
    this.normalLabel = normalLabel.map(FieldText::strip);
  }

  String name() {
    return name;
  }

  /**
   * Adds the label of the next row.
   *
   * @param label without blanks around it
   * @param place where it stands, for messages
   * @throws DataException if it is empty
   */
  void add(String label, Supplier<String> place) {
    if (label.isEmpty()) {
      throw new DataException(
          place.get() + ", column \"" + name + "\": no label, expected one in every row");
    }
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
    }
    rows[size++] = labels.computeIfAbsent(FieldText.category(label), unused -> labels.size());
  }

  /**
   * For each row, whether it is an anomaly.
   *
   * @throws DataException if the labels do not say which rows are normal
   */
  boolean[] anomalous() {
    Set<String> normal = normal();
    boolean[] isNormal = new boolean[labels.size()];
    labels.forEach((label, index) -> isNormal[index] = normal.contains(label));
    boolean[] anomalous = new boolean[size];
    int anomalies = 0;
    for (int row = 0; row < size; row++) {
      anomalous[row] = !isNormal[rows[row]];
      anomalies += anomalous[row] ? 1 : 0;
    }
    if (2 * anomalies > size) {
      LOG.warn(
          "{}: column \"{}\" marks {} of {} rows as anomalies; normal ones are those labelled {}",
          source,
          name,
          anomalies,
          size,
          normal.isEmpty() ? "0" : normal);
    }
    return anomalous;
  }

  private Set<String> normal() {
    if (normalLabel.isPresent()) {
      return Set.of(named(normalLabel.get()));
    }
    if (labels.keySet().equals(Set.of("-1", "1")) || labels.keySet().equals(Set.of("-1"))) {
      // Of scikit-learn: 1 is an inlier.
      return Set.of("1");
    }
    if (labels.keySet().stream().allMatch(label -> Double.isFinite(FieldText.number(label)))) {
      return where(label -> FieldText.number(label) == 0);
    }
    if (labels.keySet().stream().noneMatch(label -> Double.isNaN(FieldText.truth(label)))) {
      return where(label -> FieldText.truth(label) == 0);
    }
    Set<String> normal = where(label -> label.toLowerCase(Locale.ROOT).equals(NORMAL));
    if (normal.size() == 1 && labels.size() > 1) {
      return normal;
    }
    throw new DataException(
        source
            + ", column \""
            + name
            + "\": labels "
            + told()
            + ", expected 0 and other numbers, true and false, or -1 and 1; of texts say which is"
            + " the normal one (--normal-label)");
  }

  private String named(String label) {
    double level = new CategoryLevels(List.copyOf(labels.keySet())).of(label);
    if (level == FeatureInput.UNKNOWN_LEVEL) {
      throw new DataException(
          source
              + ", column \""
              + name
              + "\": no row is labelled \""
              + label
              + "\", expected one of "
              + told());
    }
    return List.copyOf(labels.keySet()).get((int) level);
  }

  private Set<String> where(Predicate<String> isNormal) {
    return labels.keySet().stream().filter(isNormal).collect(Collectors.toSet());
  }

  private String told() {
    return labels.keySet().stream().limit(MOST_TOLD).toList()
        + (labels.size() > MOST_TOLD ? " and " + (labels.size() - MOST_TOLD) + " more" : "");
  }
}
