package io.lowtide.trainer.data;

import io.lowtide.density.feature.FeatureInput;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which columns to read.
 *
 * @param columns names of the columns; empty: every one but the label
 * @param label name of the column that marks anomalies, if there is one
 * @param texts columns to read as texts even where they hold numbers
 * @param numbers columns to read as numbers even where they hold truth values or texts, as far as
 *     the kind of source tells them from numbers
 * @param history past values and changes to add as columns, which every row takes part in, also one
 *     that a sample does not keep
 */
public record TableSelection(
    List<String> columns,
    Optional<String> label,
    Set<String> texts,
    Set<String> numbers,
    List<FeatureInput> history) {

  /** Copies the names. */
  public TableSelection {
    columns = List.copyOf(columns);
    texts = Set.copyOf(texts);
    numbers = Set.copyOf(numbers);
    history = List.copyOf(history);
  }

  /** Columns without a history. */
  public TableSelection(List<String> columns, Optional<String> label, Set<String> texts) {
    this(columns, label, texts, Set.of(), List.of());
  }

  /** Columns that hold texts where they look like it. */
  public TableSelection(List<String> columns, Optional<String> label) {
    this(columns, label, Set.of());
  }

  /** Every column, none of them a label. */
  public static TableSelection everything() {
    return new TableSelection(List.of(), Optional.empty());
  }

  /** Every column but the label. */
  public static TableSelection labelled(String label) {
    return new TableSelection(List.of(), Optional.of(label));
  }

  /**
   * The columns to read from a source that has these.
   *
   * @throws DataException if a column is not there, is there twice or is the label, or none is left
   */
  List<String> resolve(String source, List<String> available) {
    label.ifPresent(name -> requireColumn(source, available, name));
    columns.forEach(name -> requireColumn(source, available, name));
    List<String> resolved =
        columns.isEmpty()
            ? available.stream().filter(name -> !label.equals(Optional.of(name))).toList()
            : columns;
    label.ifPresent(name -> requireOnce(source, available, name));
    if (label.filter(resolved::contains).isPresent()) {
      throw new DataException(
          source + ": column \"" + label.orElseThrow() + "\" is the label, expected others");
    }
    for (String name : resolved) {
      requireOnce(source, available, name);
    }
    if (resolved.isEmpty()) {
      throw new DataException(source + ": no column to train on; it has " + available);
    }
    return resolved;
  }

  private static void requireOnce(String source, List<String> available, String name) {
    if (Collections.frequency(available, name) > 1) {
      throw new DataException(
          source + ": several columns \"" + name + "\", expected each name once");
    }
  }

  private static void requireColumn(String source, List<String> available, String name) {
    if (!available.contains(name)) {
      throw new DataException(
          source + ": no column \"" + name + "\", expected one of " + available);
    }
  }
}
