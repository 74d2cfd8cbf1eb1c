package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FeatureInput;
import io.lowtide.density.feature.FieldText;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.ContextCategory;
import io.lowtide.trainer.feature.FieldRole.ContextNumber;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Ignored;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What each field of the training data is taken for, before anything is measured on it.
 *
 * @param roles by field, in the order of the data; a field may have several, of which one at most
 *     is scored
 * @param missingTexts texts that stand for a missing value in any field, besides the empty one
 */
public record FeaturePlan(Map<String, List<FieldRole>> roles, List<String> missingTexts) {

  /** With the usual texts for missing values. */
  public FeaturePlan(Map<String, List<FieldRole>> roles) {
    this(roles, FieldText.USUAL_MISSING_TEXTS);
  }

  /**
   * @throws DataException if a field is scored twice, or none is scored as a number
   */
  public FeaturePlan {
    roles = new LinkedHashMap<>(roles);
    missingTexts = List.copyOf(missingTexts);
    boolean hasNumber = false;
    for (Map.Entry<String, List<FieldRole>> field : roles.entrySet()) {
      List<FieldRole> ofField = field.getValue();
      long scored =
          ofField.stream()
              .filter(role -> role instanceof Continuous || role instanceof Categorical)
              .count();
      boolean explainsItself =
          scored > 0
              && ofField.stream()
                  .anyMatch(
                      role -> role instanceof ContextNumber || role instanceof ContextCategory);
      if (scored > 1 || explainsItself || new HashSet<>(ofField).size() < ofField.size()) {
        throw new DataException(
            "field \""
                + field.getKey()
                + "\": roles "
                + ofField.stream().map(FieldRoleText::of).toList()
                + ", expected each once, and continuous or categorical alone but for cycles and lags");
      }
      hasNumber |= ofField.stream().anyMatch(Continuous.class::isInstance);
    }
    if (!hasNumber) {
      throw new DataException(
          "features: none is continuous, expected at least one that is; `lowtide features` says what"
              + " each column is taken for, and why");
    }
  }

  /**
   * What the fields of a model are taken for. Scales and shares are to be measured anew; the step
   * between values, the noise, and a logarithm, which a person may have asked for, stay.
   */
  public static FeaturePlan of(FeatureSpecification features) {
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    features
        .getContinuous()
        .forEach(
            feature ->
                add(
                    roles,
                    feature.getName(),
                    new Continuous(
                        feature.getTransform() == FeatureTransform.LOG
                            ? Optional.of(FeatureTransform.LOG)
                            : Optional.empty(),
                        OptionalDouble.of(feature.getResolution()),
                        OptionalDouble.of(feature.getSmoothing()),
                        feature.getDifference() != 0)));
    features
        .getConstants()
        .forEach(constant -> add(roles, constant.getName(), Continuous.inferred()));
    features
        .getCategorical()
        .forEach(category -> add(roles, category.getName(), new Categorical()));
    features.getContext().forEach(context -> add(roles, context.getName(), role(context)));
    return new FeaturePlan(roles, features.getMissingTexts());
  }

  /** The same roles, without the fields that the data do not have. */
  public FeaturePlan restrictedTo(List<String> columns) {
    Map<String, List<FieldRole>> kept = new LinkedHashMap<>(roles);
    kept.keySet().retainAll(columns);
    return new FeaturePlan(kept, missingTexts);
  }

  private static FieldRole role(ContextFeature context) {
    return switch (context.getKind()) {
      case CYCLE -> new Cycle(context.getPeriod(), context.getZone(), context.getDateOrder());
      case NUMBER -> new ContextNumber();
      case CATEGORY -> new ContextCategory();
      case LAG -> new Lag(context.getLag());
    };
  }

  private static void add(Map<String, List<FieldRole>> roles, String field, FieldRole role) {
    roles.computeIfAbsent(field, unused -> new ArrayList<>()).add(role);
  }

  /** The same roles, with these texts for missing values. */
  public FeaturePlan withMissingTexts(List<String> texts) {
    return new FeaturePlan(roles, texts);
  }

  /** The fields that are taken for anything. */
  public List<String> fields() {
    return roles.entrySet().stream()
        .filter(field -> !field.getValue().stream().allMatch(Ignored.class::isInstance))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * What to read of a file.
   *
   * @param label column that marks anomalies, if there is one
   * @param key column of the key whose past records count, if there is one
   */
  public TableSelection selection(Optional<String> label, Optional<String> key) {
    List<String> columns = new ArrayList<>(fields());
    key.filter(name -> !columns.contains(name)).ifPresent(columns::add);
    return new TableSelection(columns, label, texts(key));
  }

  /**
   * What to read of a source that adds past values and changes itself, so that a sample may be kept
   * of its records.
   *
   * @param label column that marks anomalies, if there is one
   * @param key column of the key whose past records count, if it is one
   */
  public TableSelection selectionWithHistory(Optional<String> label, Optional<String> key) {
    TableSelection plain = selection(label, key);
    return new TableSelection(
        plain.columns(), label, plain.texts(), numbers(plain.texts()), history());
  }

  /** Fields to be read as numbers, whatever their kind. */
  private Set<String> numbers(Set<String> texts) {
    Set<String> numbers = new HashSet<>();
    roles.forEach(
        (field, ofField) -> {
          boolean isNumber =
              ofField.stream()
                  .anyMatch(
                      role ->
                          role instanceof Continuous
                              || role instanceof ContextNumber
                              || role instanceof Lag);
          if (isNumber && !texts.contains(field)) {
            numbers.add(field);
          }
        });
    return numbers;
  }

  private Set<String> texts(Optional<String> key) {
    Set<String> texts = new HashSet<>();
    key.ifPresent(texts::add);
    roles.forEach(
        (field, ofField) -> {
          if (ofField.stream()
              .anyMatch(
                  role ->
                      role instanceof Categorical
                          || role instanceof ContextCategory
                          || role instanceof Cycle)) {
            texts.add(field);
          }
        });
    return texts;
  }

  /**
   * Adds the past values and the changes that the plan asks for, as columns; to be called before
   * rows are left out or shuffled.
   *
   * @param records rows in the order in which a stream has them
   * @param key column of the key whose past records count; empty: all rows are of one key
   */
  public LabelledTable withLags(LabelledTable records, Optional<String> key) {
    return new LabelledTable(
        LagColumns.add(records.table(), history(), key), records.anomalous(), records.notes());
  }

  /** Past values and changes that are asked for. */
  public List<FeatureInput> history() {
    List<FeatureInput> lags = new ArrayList<>();
    roles.forEach(
        (field, ofField) -> {
          for (FieldRole role : ofField) {
            if (role instanceof Lag lag) {
              lags.add(FeatureInput.lagged(field, lag.records()));
            } else if (role instanceof Continuous number && number.difference()) {
              lags.add(FeatureInput.change(field));
            }
          }
        });
    return lags;
  }
}
