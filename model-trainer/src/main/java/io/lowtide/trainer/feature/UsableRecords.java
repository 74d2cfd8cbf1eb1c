package io.lowtide.trainer.feature;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FieldRole.ContextNumber;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The records that training can use: those without placeholders and spikes.
 *
 * @param table the records, in their order
 * @param findings a sentence for each column with placeholders or spikes
 */
public record UsableRecords(Table table, List<String> findings) {

  /**
   * Leaves out the others.
   *
   * @param plan what each field is taken for
   * @param table a column for each field and lag of the plan
   */
  public static UsableRecords of(FeaturePlan plan, Table table) {
    Map<Integer, FarValues> far = new LinkedHashMap<>();
    List<String> findings = new ArrayList<>();
    for (String column : numbers(plan)) {
      int index = table.columns().indexOf(column);
      if (index < 0 || table.isText(column)) {
        continue;
      }
      FarValues values = FarValues.of(ContinuousInference.present(table.column(index)));
      if (!values.isEmpty()) {
        far.put(index, values);
        findings.add(finding(column, values, table.size()));
      }
    }
    if (far.isEmpty()) {
      return new UsableRecords(table, findings);
    }
    List<double[]> rows = new ArrayList<>();
    for (double[] row : table.rows()) {
      if (far.entrySet().stream().noneMatch(one -> one.getValue().contains(row[one.getKey()]))) {
        rows.add(row);
      }
    }
    return new UsableRecords(table.withRows(rows.toArray(double[][]::new)), findings);
  }

  private static Set<String> numbers(FeaturePlan plan) {
    Set<String> columns = new LinkedHashSet<>();
    plan.roles()
        .forEach(
            (field, roles) -> {
              for (FieldRole role : roles) {
                if (role instanceof Continuous continuous) {
                  columns.add(continuous.difference() ? FeatureInput.changeColumn(field) : field);
                } else if (role instanceof ContextNumber) {
                  columns.add(field);
                } else if (role instanceof Lag lag) {
                  columns.add(FeatureInput.lagColumn(field, lag.records()));
                }
              }
            });
    return columns;
  }

  private static String finding(String column, FarValues far, int records) {
    return String.format(
        Locale.ROOT,
        "Column \"%s\": %s of %,d records, far outside of the others, which go from %s to %s: taken"
            + " for placeholders or spikes, and these records left out of training. If it stands"
            + " for a missing value, say so (--missing)",
        column,
        far.text(),
        records,
        CategoryText.of(far.lowest()),
        CategoryText.of(far.highest()));
  }
}
