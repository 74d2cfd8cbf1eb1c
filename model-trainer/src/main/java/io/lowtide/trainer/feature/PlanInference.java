package io.lowtide.trainer.feature;

import io.lowtide.trainer.data.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Infers from training records, in the order in which they came, what each field should be taken
 * for: a number is continuous, a time a cycle, another text of few values a category; and what only
 * goes on, as row numbers and dates do, or never comes twice, says nothing of what is normal.
 */
public final class PlanInference {

  private PlanInference() {}

  /** The plan alone. */
  public static FeaturePlan plan(Table table) {
    return plan(fields(table));
  }

  /** The plan that these fields make. */
  public static FeaturePlan plan(List<PlannedField> fields) {
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    fields.forEach(field -> roles.put(field.name(), field.roles()));
    return new FeaturePlan(roles);
  }

  /** What each field is taken for, and why; all records are of one key. */
  public static List<PlannedField> fields(Table table) {
    return fields(table, Optional.empty());
  }

  /**
   * What each field but the key is taken for, and why.
   *
   * @param key column of the message key, if there is one
   */
  public static List<PlannedField> fields(Table table, Optional<String> key) {
    RecordOrder order =
        key.map(name -> RecordOrder.of(table.column(table.indexOf(name))))
            .orElse(RecordOrder.of(table.size()));
    return table.columns().stream()
        .filter(name -> !key.equals(Optional.of(name)))
        .map(name -> field(table, name, order))
        .toList();
  }

  private static PlannedField field(Table table, String name, RecordOrder order) {
    double[] column = table.column(table.columns().indexOf(name));
    List<String> texts = table.dictionaries().get(name);
    return texts == null
        ? new NumberColumn(name, column, order).planned()
        : new TextColumn(name, column, texts, order).planned();
  }
}
