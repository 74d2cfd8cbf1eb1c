package io.lowtide.trainer.feature;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.FeatureInput;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContextFeature;
import io.lowtide.schemas.ContextKind;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.schemas.FeatureTransform;
import io.lowtide.schemas.Presence;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FieldRole.Categorical;
import io.lowtide.trainer.feature.FieldRole.ContextCategory;
import io.lowtide.trainer.feature.FieldRole.ContextNumber;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.FieldRole.Cycle;
import io.lowtide.trainer.feature.FieldRole.Lag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures on training records how each field becomes numbers for the flow:
 *
 * <ul>
 *   <li>a number with one value is left out of the flow and counted as a constant
 *   <li>a number is asinh-transformed around its median when its outer quantiles lie far further
 *       out than a Gaussian's would
 *   <li>a number whose values repeat, as integers and rounded readings do, is dequantised in
 *       training by its own resolution, so that the density stays finite
 *   <li>a category has its smoothed share of the records as probability, given one other category
 *       where it depends on it
 *   <li>every number is standardised, after what the context accounts for linearly is taken away
 * </ul>
 */
public final class FeatureInference {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureInference.class);

  private final Table table;
  private final Set<String> optional;
  private final double smoothing;
  private final List<String> missingTexts;
  private final List<ContinuousFeature> continuous = new ArrayList<>();
  private final List<CategoricalFeature> categorical = new ArrayList<>();
  private final List<ContextFeature> context = new ArrayList<>();
  private final List<ConstantFeature> constants = new ArrayList<>();

  private FeatureInference(
      Table table, Set<String> optional, double smoothing, List<String> missingTexts) {
    this.table = table;
    this.optional = optional;
    this.smoothing = smoothing;
    this.missingTexts = missingTexts;
  }

  /**
   * Infers the specification.
   *
   * @param plan what each field is taken for
   * @param table training records, at least two rows, with a column for each field and lag of the
   *     plan
   * @param optional columns that lack a value in some record, of these or of others
   * @param smoothing standard deviation of the Gaussian noise added in training where the plan does
   *     not say, in standardised units
   * @throws DataException if a field does not hold what the plan takes it for, or no number varies
   */
  public static FeatureSpecification infer(
      FeaturePlan plan, Table table, Set<String> optional, double smoothing) {
    FeatureInference inference =
        new FeatureInference(table, optional, smoothing, plan.missingTexts());
    plan.roles().forEach((field, roles) -> roles.forEach(role -> inference.add(field, role)));
    return inference.specification();
  }

  private void add(String field, FieldRole role) {
    if (role instanceof Continuous number) {
      addNumber(field, number);
    } else if (role instanceof Categorical) {
      categorical.add(
          CategoricalInference.infer(field, column(field), texts(field), optional.contains(field)));
    } else if (role instanceof ContextCategory) {
      context.add(CategoricalInference.inferContext(field, column(field), texts(field)));
    } else if (role instanceof ContextNumber) {
      context.add(ContinuousInference.inferContext(field, 0, numbers(field, field)));
    } else if (role instanceof Lag lag) {
      String column = FeatureInput.lagColumn(field, lag.records());
      context.add(ContinuousInference.inferContext(field, lag.records(), numbers(field, column)));
    } else if (role instanceof Cycle cycle) {
      context.add(
          new ContextFeature(
              field,
              ContextKind.CYCLE,
              cycle.period(),
              0,
              FeatureTransform.IDENTITY,
              0.0,
              1.0,
              0.0,
              1.0,
              List.of(),
              cycle.zone(),
              cycle.dateOrder(),
              optional.contains(field) ? Presence.OPTIONAL : Presence.REQUIRED));
    }
  }

  private void addNumber(String field, Continuous role) {
    String name = role.difference() ? FeatureInput.changeColumn(field) : field;
    boolean mayBeMissing = role.difference() || optional.contains(field);
    double[] column = numbers(field, name);
    double[] sorted = ContinuousInference.present(column);
    if (sorted.length == 0) {
      LOG.warn("Column \"{}\" has no value in any of {} records: left out", field, column.length);
    } else if (sorted[0] < sorted[sorted.length - 1]) {
      continuous.add(ContinuousInference.infer(field, column, mayBeMissing, role, smoothing));
    } else if (role.difference()) {
      LOG.warn(
          "Column \"{}\" changes by {} from each record to the next: left out", field, sorted[0]);
    } else if (mayBeMissing) {
      LOG.warn(
          "Column \"{}\" is {} or missing in all {} records: taken for a category",
          field,
          sorted[0],
          column.length);
      categorical.add(CategoricalInference.infer(field, column, null, true));
    } else {
      LOG.warn(
          "Column \"{}\" is constant ({}) in all {} records: left out of the flow",
          field,
          sorted[0],
          sorted.length);
      constants.add(new ConstantFeature(field, sorted[0], 1.0 / (sorted.length + 2)));
    }
  }

  private double[] numbers(String field, String column) {
    if (table.isText(column)) {
      throw new DataException(
          table.source() + ", column \"" + field + "\": holds texts, expected numbers");
    }
    return column(column);
  }

  private double[] column(String name) {
    return table.column(table.indexOf(name));
  }

  private List<String> texts(String column) {
    return table.dictionaries().get(column);
  }

  private FeatureSpecification specification() {
    if (continuous.isEmpty()) {
      throw new DataException(
          table.source() + ": no column that is taken for a number varies, expected at least one");
    }
    FeatureEncoder encoder =
        new FeatureEncoder(
            new FeatureSpecification(continuous, categorical, context, constants, missingTexts));
    double[][] values = RecordValues.of(encoder, table);
    return new FeatureSpecification(
        encoder.contextDimensions() == 0 ? continuous : givenContext(encoder, values),
        givenEachOther(encoder, values),
        context,
        constants,
        missingTexts);
  }

  private List<CategoricalFeature> givenEachOther(FeatureEncoder encoder, double[][] values) {
    double[][] levels = new double[categorical.size()][values.length];
    for (int i = 0; i < levels.length; i++) {
      for (int row = 0; row < values.length; row++) {
        levels[i][row] = values[row][encoder.layout().indexOfCategory(i)];
      }
    }
    return new CategoryTree(categorical, levels).withParents();
  }

  private static List<ContinuousFeature> givenContext(FeatureEncoder encoder, double[][] values) {
    double[][] contexts = new double[values.length][encoder.contextDimensions()];
    double[][] encoded = new double[values.length][encoder.dimensions()];
    for (int row = 0; row < values.length; row++) {
      encoder.encodeContext(values[row], contexts[row]);
      encoder.encode(values[row], contexts[row], encoded[row]);
    }
    List<ContinuousFeature> given = new ArrayList<>();
    for (int i = 0; i < encoder.dimensions(); i++) {
      double[] feature = new double[values.length];
      double[] column = new double[values.length];
      for (int row = 0; row < values.length; row++) {
        feature[row] = encoded[row][i];
        column[row] = values[row][i];
      }
      given.add(
          ContinuousInference.given(
              encoder.features().get(i), ContextRegression.fit(contexts, feature), column));
    }
    return given;
  }
}
