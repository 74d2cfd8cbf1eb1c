package io.lowtide.cuda;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FieldCase;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.ProbeDistribution;
import io.lowtide.trainer.engine.SolverOptions;
import io.lowtide.trainer.engine.TraceMode;
import java.util.List;
import java.util.Random;

/**
 * A few short iterations that go through every part of the kernels, to be run under a tool that
 * watches each access to memory.
 */
final class GpuOnce {

  private static final int RECORDS = 21;

  private GpuOnce() {}

  public static void main(String[] arguments) {
    FlowObjective penalised =
        new FlowObjective(TraceMode.EXACT, ProbeDistribution.RADEMACHER, 0.1, 0.05);
    FlowObjective estimated =
        new FlowObjective(TraceMode.HUTCHINSON, ProbeDistribution.GAUSSIAN, 0, 0.1);
    for (Tiling tiling :
        List.of(new Tiling(4, 2, false), new Tiling(8, 2, false), new Tiling(16, 2, true))) {
      run(new FieldShape(7, 0, List.of(64, 50), Activation.TANH), penalised, tiling);
      run(new FieldShape(20, 3, List.of(30, 20), Activation.SOFTPLUS), estimated, tiling);
      run(new FieldShape(3, 0, List.of(12, 8, 6), Activation.TANH), penalised, tiling);
      run(
          new FieldShape(7, 0, List.of(64, 50), Activation.TANH),
          FlowObjective.exactLikelihood(),
          tiling);
    }
    run(
        new FieldShape(40, 0, List.of(128, 128), Activation.TANH),
        FlowObjective.exactLikelihood(),
        Tiling.LEAST);
    System.out.println("done");
  }

  private static void run(FieldShape shape, FlowObjective objective, Tiling tiling) {
    FieldCase fieldCase = FieldCase.of(shape, objective, RECORDS, 0.15);
    BatchProblem problem =
        BatchProblem.of(shape, objective, RECORDS, SolverOptions.of(1e-3, ErrorNorm.BATCH_RMS));
    double[] gradient = new double[fieldCase.parameters().length];
    try (BatchGradient engineGradient = GpuSpeed.engine(tiling).newGradient(problem)) {
      engineGradient.setParameters(fieldCase.parameters());
      engineGradient.drawProbes(new Random(1));
      engineGradient.lossAndGradient(
          new Batch(fieldCase.x(), fieldCase.context(), new double[0]), gradient);
    }
  }
}
