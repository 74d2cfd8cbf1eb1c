package io.lowtide.trainer.feature;

import io.lowtide.schemas.ConstantFeature;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Infers from training records how each column becomes a number for the flow:
 *
 * <ul>
 *   <li>a column with one value is left out of the flow and counted as a constant
 *   <li>a column is asinh-transformed around its median when its outer quantiles lie far further
 *       out than a Gaussian's would
 *   <li>a column whose values repeat, as integers and rounded readings do, is dequantised in
 *       training by its own resolution, so that the density stays finite
 *   <li>every column is standardised
 * </ul>
 */
public final class FeatureInference {

  private static final Logger LOG = LoggerFactory.getLogger(FeatureInference.class);

  private FeatureInference() {}

  /**
   * Infers the specification of every column.
   *
   * @param table training records, at least two rows
   * @param smoothing standard deviation of the Gaussian noise added in training, in standardised
   *     units
   * @throws DataException if no column varies
   */
  public static FeatureSpecification infer(Table table, double smoothing) {
    List<ContinuousFeature> continuous = new ArrayList<>();
    List<ConstantFeature> constants = new ArrayList<>();
    for (int index = 0; index < table.columns().size(); index++) {
      String name = table.columns().get(index);
      double[] sorted = table.column(index);
      Arrays.sort(sorted);
      if (sorted[0] == sorted[sorted.length - 1]) {
        LOG.warn(
            "Column \"{}\" is constant ({}) in all {} records: left out of the flow",
            name,
            sorted[0],
            sorted.length);
        constants.add(new ConstantFeature(name, sorted[0], 1.0 / (sorted.length + 2)));
      } else {
        continuous.add(ContinuousInference.infer(name, sorted, smoothing));
      }
    }
    if (continuous.isEmpty()) {
      throw new DataException(
          table.source() + ": every column is constant, expected at least one that varies");
    }
    return new FeatureSpecification(continuous, List.of(), List.of(), constants);
  }
}
