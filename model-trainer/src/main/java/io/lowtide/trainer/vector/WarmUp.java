package io.lowtide.trainer.vector;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TraceMode;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.List;

/**
 * Gets the kernels compiled. The JVM compiles what was called some thousand times; until then
 * vectors are objects, and an iteration takes a hundred times as long. Calls on the smallest arrays
 * count as much as those on a batch.
 */
final class WarmUp {

  /** One panel by more than two registers, so that every kind of block comes up. */
  private static final FieldShape SHAPE = new FieldShape(2, 0, List.of(8, 40), Activation.TANH);

  private static final FlowObjective OBJECTIVE =
      new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.05, 0.03);
  private static final SolverOptions OPTIONS = SolverOptions.of(1e-3, ErrorNorm.EVERY_RECORD);
  private static final int RECORDS = 32;
  private static final int GRID_STEPS = 4;
  private static final int ITERATIONS = 200;

  private WarmUp() {}

  /** Takes a fraction of a second, once for each process. */
  static void of(TrainingEngine engine) {
    double[] parameters = new double[SHAPE.parameterCount()];
    double[] gradient = new double[parameters.length];
    Batch batch = Batch.of(new double[RECORDS * SHAPE.dimensions()]);
    try (BatchGradient solver =
        engine.newGradient(BatchProblem.of(SHAPE, OBJECTIVE, RECORDS, OPTIONS))) {
      solver.setParameters(parameters);
      solver.integrateOnGrid(GRID_STEPS);
      for (int i = 0; i < ITERATIONS; i++) {
        solver.lossAndGradient(batch, gradient);
      }
    }
  }
}
