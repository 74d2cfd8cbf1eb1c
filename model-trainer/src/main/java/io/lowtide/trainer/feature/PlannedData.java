package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FieldText;
import io.lowtide.trainer.data.ColumnNotes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.RecordSource;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Records of a source with what their fields are taken for.
 *
 * @param plan what each field is taken for
 * @param records a column for each field and past value of the plan, in the order of the source
 * @param fields every field of the source but label and key, with the reason
 */
public record PlannedData(FeaturePlan plan, LabelledTable records, List<PlannedField> fields) {

  /** Nested fields are named with dots. */
  private static final Pattern AVRO_NAME =
      Pattern.compile("[\\p{L}_][\\p{L}\\p{Nd}_]*(\\.[\\p{L}_][\\p{L}\\p{Nd}_]*)*");

  /** Copies the fields. */
  public PlannedData {
    fields = List.copyOf(fields);
  }

  /**
   * Takes each field for what its normal records look like.
   *
   * @param columns fields to take; empty: all
   * @param label column that marks anomalies, if there is one
   * @param key column of the message key, which is no feature, if there is one
   * @throws DataException if the records cannot be used
   */
  public static PlannedData inferred(
      RecordSource source, List<String> columns, Optional<String> label, Optional<String> key) {
    LabelledTable records = records(source, columns, label, key);
    List<PlannedField> fields = fields(records, key);
    FeaturePlan plan = PlanInference.plan(fields).withMissingTexts(source.missingTexts());
    return new PlannedData(plan, plan.withLags(records, key), fields);
  }

  /**
   * What each field but the key would be taken for, and why.
   *
   * @param columns fields to look at; empty: all
   * @param label column that marks anomalies, if there is one
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
    List<String> read = new ArrayList<>(columns);
    key.filter(name -> !columns.isEmpty() && !columns.contains(name)).ifPresent(read::add);
    return requireNormal(source, source.read(new TableSelection(read, label)), label);
  }

  private static LabelledTable requireNormal(
      RecordSource source, LabelledTable records, Optional<String> label) {
    if (records.normal().size() == 0) {
      throw new DataException(
          source.name()
              + ": no normal row, column \""
              + label.orElseThrow()
              + "\" labels all "
              + records.table().size()
              + " as anomalies");
    }
    return records;
  }

  private static List<PlannedField> fields(LabelledTable records, Optional<String> key) {
    List<PlannedField> fields = new ArrayList<>();
    ColumnNotes notes = records.notes();
    PlanInference.fields(records.normal(), key).stream()
        .map(field -> field.with(Optional.ofNullable(notes.remarks().get(field.name()))))
        .map(field -> field.with(nameRemark(field.name())))
        .forEach(fields::add);
    notes
        .leftOut()
        .forEach(
            (name, reason) ->
                fields.add(new PlannedField(name, List.of(new Ignored()), reason, false)));
    return fields;
  }

  private static Optional<String> nameRemark(String name) {
    return AVRO_NAME.matcher(name).matches()
        ? Optional.empty()
        : Optional.of(
            "no field of an Avro record can have this name, so that those of a topic would lack it");
  }

  /**
   * Takes each field for what a plan says.
   *
   * @param plan file that says what each field is taken for
   * @param label column that marks anomalies, if there is one
   * @param key column of the message key whose past records count; empty: all are of one key
   * @throws DataException if the records or the plan cannot be used
   * @throws IOException if the plan cannot be read
   */
  public static PlannedData read(
      RecordSource source, Path plan, Optional<String> label, Optional<String> key)
      throws IOException {
    List<String> available = source.columns(label);
    FeaturePlan read =
        FeaturePlanFile.read(plan, available).withMissingTexts(source.missingTexts());
    LabelledTable records =
        withTruthAsNumbers(
            read, requireNormal(source, source.read(read.selection(label, key)), label));
    List<PlannedField> fields = new ArrayList<>();
    for (String name : available) {
      if (!key.equals(Optional.of(name))) {
        List<FieldRole> roles = read.roles().get(name);
        fields.add(
            new PlannedField(
                    name,
                    roles == null ? List.of(new Ignored()) : roles,
                    (roles == null ? "not in " : "as in ") + plan.getFileName())
                .with(Optional.ofNullable(records.notes().remarks().get(name)))
                .with(nameRemark(name)));
      }
    }
    return new PlannedData(read, read.withLags(records, key), fields);
  }

  /** A column of words for true and false that the plan takes for a number is one of 0 and 1. */
  static LabelledTable withTruthAsNumbers(FeaturePlan plan, LabelledTable records) {
    Table table = records.table();
    for (Map.Entry<String, List<FieldRole>> field : plan.roles().entrySet()) {
      List<String> texts = table.dictionaries().get(field.getKey());
      if (texts != null && field.getValue().stream().anyMatch(Continuous.class::isInstance)) {
        double[] truth = texts.stream().mapToDouble(FieldText::truth).toArray();
        if (Arrays.stream(truth).noneMatch(Double::isNaN)) {
          table = table.withNumbers(field.getKey(), truth);
        }
      }
    }
    return new LabelledTable(table, records.anomalous(), records.notes());
  }
}
