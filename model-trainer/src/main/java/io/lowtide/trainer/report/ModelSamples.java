package io.lowtide.trainer.report;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.flow.FlowIntegrator;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.density.ode.SolverSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Draws from a model: points of its base density, integrated from s = 0 to 1, each under the
 * categories and the context of one of the records, so that together they are draws from the model
 * for records like these. Only records that lack no value lend their context.
 */
final class ModelSamples {

  static final int COUNT = 16_384;

  private static final double TOLERANCE = 1e-4;
  private static final int PARTS = 64;
  private static final long SEED = 1;

  private ModelSamples() {}

  /**
   * Draws; the same for the same model and records.
   *
   * @return the continuous values of each, in the units of the records; none if every record lacks
   *     a value
   */
  static double[][] of(ModelBundle model, ScoredRecords records) {
    int dimensions = model.encoder().dimensions();
    int[] complete =
        IntStream.range(0, records.size())
            .filter(
                row -> Arrays.stream(records.values()[row], 0, dimensions).noneMatch(Double::isNaN))
            .toArray();
    if (complete.length == 0) {
      return new double[0][];
    }
    return IntStream.range(0, PARTS)
        .parallel()
        .mapToObj(part -> part(model, records, complete, part))
        .flatMap(List::stream)
        .toArray(double[][]::new);
  }

  private static List<double[]> part(
      ModelBundle model, ScoredRecords records, int[] complete, int part) {
    SplittableRandom random = new SplittableRandom(SEED + part);
    FlowIntegrator integrator =
        model.flow().withSolver(SolverSettings.dormandPrince(TOLERANCE)).newIntegrator();
    double[] context = new double[model.encoder().contextDimensions()];
    double[] point = new double[model.encoder().dimensions()];
    List<double[]> drawn = new ArrayList<>();
    for (int i = 0; i < COUNT / PARTS; i++) {
      int row = complete[random.nextInt(complete.length)];
      model.encoder().encodeContext(records.values()[row], context);
      if (context.length > 0) {
        integrator.setContext(context);
      }
      model.flow().base().draw(random, point);
      if (integrator.sample(point) == SolveStatus.COMPLETED) {
        integrator.copyPosition(point);
        double[] values = new double[point.length];
        model.encoder().decode(point, context, values);
        if (Arrays.stream(values).allMatch(Double::isFinite)) {
          drawn.add(values);
        }
      }
    }
    return drawn;
  }
}
