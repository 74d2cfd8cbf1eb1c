package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchLoss;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FieldCase;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolveException;
import io.lowtide.trainer.engine.SolverOptions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tiles that share their steps, on a stand-in for the driver that runs eight blocks at a time. */
class CommonStepsTest {

  private static final FieldShape SHAPE = new FieldShape(3, 0, List.of(12, 9), Activation.TANH);
  private static final int AT_A_TIME = 8 * 4;

  private static CudaDevice device;

  @BeforeAll
  static void open() {
    device = HostCompiler.deviceOrSkip();
  }

  private record Solved(BatchLoss loss, double[] gradient, double[] logDensities, double slowest) {}

  /** By tiles of so many records; every record is further out than the one before. */
  private static Solved solved(int tile, ErrorNorm norm, int from, int to) {
    FieldCase fieldCase = FieldCase.of(SHAPE, FlowObjective.exactLikelihood(), 40, 0.8);
    return solved(tile, norm, fieldCase.parameters(), columns(fieldCase.x(), 40, from, to));
  }

  private static double[] columns(double[] x, int records, int from, int to) {
    double[] part = new double[SHAPE.dimensions() * (to - from)];
    for (int column = 0; column < SHAPE.dimensions(); column++) {
      for (int record = from; record < to; record++) {
        part[column * (to - from) + record - from] =
            x[column * records + record] * (1 + 0.1 * record);
      }
    }
    return part;
  }

  private static Solved solved(int tile, ErrorNorm norm, double[] parameters, double[] x) {
    int records = x.length / SHAPE.dimensions();
    CudaEngine engine = HostCompiler.engine(device, new Tiling(tile, 2, false));
    BatchProblem problem =
        BatchProblem.of(
                SHAPE, FlowObjective.exactLikelihood(), records, SolverOptions.of(1e-5, norm))
            .inDoublePrecision();
    try (CudaGradient gradient = engine.newGradient(problem, 0)) {
      double[] sums = new double[parameters.length];
      double[] logDensities = new double[records];
      gradient.setParameters(parameters);
      BatchLoss loss = gradient.lossAndGradient(Batch.of(x), sums);
      gradient.copyLogDensities(logDensities);
      return new Solved(loss, sums, logDensities, gradient.slowestTile());
    }
  }

  @ParameterizedTest
  @EnumSource(ErrorNorm.class)
  void shouldTakeTheStepsThatOneTileOfAllTheirRecordsTakes(ErrorNorm norm) {
    Solved apart = solved(4, norm, 0, 16);
    Solved together = solved(16, norm, 0, 16);

    assertThat(apart.slowest).isEqualTo(1);
    assertThat(apart.loss.forwardEvaluations()).isEqualTo(together.loss.forwardEvaluations());
    assertThat(apart.loss.backwardEvaluations()).isEqualTo(together.loss.backwardEvaluations());
    assertThat(apart.logDensities).containsExactly(together.logDensities, within(1e-9));
    assertThat(apart.gradient).containsExactly(together.gradient, within(1e-9));
  }

  @Test
  void shouldShareStepsAmongTheRecordsThatTheCardIntegratesAtATime() {
    Solved all = solved(4, ErrorNorm.BATCH_RMS, 0, 40);
    Solved first = solved(4, ErrorNorm.BATCH_RMS, 0, AT_A_TIME);
    Solved rest = solved(4, ErrorNorm.BATCH_RMS, AT_A_TIME, 40);

    assertThat(first.slowest).isEqualTo(1);
    assertThat(rest.slowest).isEqualTo(1);
    assertThat(rest.loss.forwardEvaluations()).isNotEqualTo(first.loss.forwardEvaluations());
    assertThat(all.slowest).isGreaterThan(1);
    assertThat(Arrays.copyOf(all.logDensities, AT_A_TIME)).isEqualTo(first.logDensities);
    assertThat(Arrays.copyOfRange(all.logDensities, AT_A_TIME, 40)).isEqualTo(rest.logDensities);
  }

  @Test
  void shouldSayThatARecordCannotBeIntegratedAndLeaveNoTileWaiting() {
    FieldCase fieldCase = FieldCase.of(SHAPE, FlowObjective.exactLikelihood(), 40, 0.8);
    double[] x = columns(fieldCase.x(), 40, 0, 16);
    x[13] = Double.POSITIVE_INFINITY;

    assertThatThrownBy(() -> solved(4, ErrorNorm.BATCH_RMS, fieldCase.parameters(), x))
        .isInstanceOfSatisfying(
            SolveException.class, e -> assertThat(e.status()).isEqualTo(SolveStatus.NOT_FINITE));
  }
}
