package io.lowtide.trainer.feature;

import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.TableSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Records of a source with what their fields are taken for.
 *
 * @param plan what each field is taken for
 * @param records a column for each field and lag of the plan, in the order of the source
 */
public record PlannedData(FeaturePlan plan, LabelledTable records) {

  /**
   * Takes each field for what its normal records look like.
   *
   * @param columns fields to take; empty: all
   * @param label column that marks anomalies by a number other than 0, if there is one
   * @param key column of the message key, which is no feature, if there is one
   * @throws DataException if the records cannot be used
   */
  public static PlannedData inferred(
      RecordSource source, List<String> columns, Optional<String> label, Optional<String> key) {
    LabelledTable records = records(source, columns, label, key);
    return new PlannedData(PlanInference.plan(fields(records, key)), records);
  }

  /**
   * What each field but the key would be taken for, and why.
   *
   * @param columns fields to look at; empty: all
   * @param label column that marks anomalies by a number other than 0, if there is one
   * @param key column of the message key, which is no feature, if there is one
   * @throws DataException if the records cannot be used
   */
  public static List<PlannedField> fields(
      RecordSource source, List<String> columns, Optional<String> label, Optional<String> key) {
    return fields(records(source, columns, label, key), key);
  }

  private static LabelledTable records(
      RecordSource source, List<String> columns, Optional<String> label, Optional<String> key) {
    List<String> available = source.columns(label);
    key.filter(name -> !available.contains(name))
        .ifPresent(
            name -> {
              throw new DataException(
                  source.name()
                      + ": no column \""
                      + name
                      + "\" for the key, expected one of "
                      + available);
            });
    return source.read(new TableSelection(columns, label));
  }

  private static List<PlannedField> fields(LabelledTable records, Optional<String> key) {
    return PlanInference.fields(records.normal()).stream()
        .filter(field -> !key.equals(Optional.of(field.name())))
        .toList();
  }

  /**
   * Takes each field for what a plan says.
   *
   * @param plan file that says what each field is taken for
   * @param label column that marks anomalies by a number other than 0, if there is one
   * @param key column of the message key whose past records count; empty: all are of one key
   * @throws DataException if the records or the plan cannot be used
   * @throws IOException if the plan cannot be read
   */
  public static PlannedData read(
      RecordSource source, Path plan, Optional<String> label, Optional<String> key)
      throws IOException {
    FeaturePlan read = FeaturePlanFile.read(plan, source.columns(label));
    return new PlannedData(read, read.withLags(source.read(read.selection(label, key)), key));
  }
}
