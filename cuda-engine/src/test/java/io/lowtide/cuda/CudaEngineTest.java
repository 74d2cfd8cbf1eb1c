package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.EngineException;
import io.lowtide.trainer.engine.ErrorNorm;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.SolverOptions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CudaEngineTest {

  private static CudaDevice device;

  @BeforeAll
  static void open() {
    device = HostCompiler.deviceOrSkip();
  }

  private static Optional<String> refusal(int dimensions, Integer... units) {
    return new CudaEngine(device, List.of(new CarriedPtx()), Tiling::fastest)
        .refusal(new FieldShape(dimensions, 0, List.of(units), Activation.TANH));
  }

  @Test
  void shouldKnowHowMuchSharedMemoryAKernelTakesBeforeItIsCompiled() {
    HostCompiler compiler = new HostCompiler();
    for (KernelShape shape :
        List.of(
            KernelShape.least(new FieldShape(3, 0, List.of(9), Activation.TANH)),
            KernelShape.least(new FieldShape(20, 3, List.of(9, 9, 9), Activation.TANH)),
            KernelShape.of(
                problem(new FieldShape(8, 2, List.of(32, 20), Activation.TANH)),
                new Tiling(16, 2, false),
                true),
            KernelShape.of(
                problem(new FieldShape(8, 0, List.of(32, 20), Activation.TANH)),
                new Tiling(16, 2, true),
                true),
            KernelShape.of(
                    problem(new FieldShape(8, 0, List.of(32, 20), Activation.TANH)),
                    new Tiling(16, 2, true),
                    true)
                .withoutPairs())) {
      KernelModule module = new KernelModule(device, shape, compiler.compile(shape).orElseThrow());

      assertThat(shape.sharedBytes(3)).as(shape.name()).isEqualTo(module.sharedBytes(3));
    }
  }

  private static BatchProblem problem(FieldShape shape) {
    return BatchProblem.of(
        shape, FlowObjective.exactLikelihood(), 64, SolverOptions.of(1e-3, ErrorNorm.EVERY_RECORD));
  }

  @Test
  void shouldTakeUpTo64DimensionsAnd128Units() {
    assertThat(refusal(64, 128, 100)).isEmpty();
    assertThat(refusal(1, 3)).isEmpty();
  }

  @Test
  void shouldSayWhichShapesItDoesNotTake() {
    assertThat(refusal(65, 64, 64)).contains("65 dimensions, of at most 64 that it takes");
    assertThat(refusal(8, 64, 129)).contains("a layer of 129 units, of at most 128 that it takes");
  }

  @Test
  void shouldSayWhereItHasNoKernelForAShape() {
    assertThat(refusal(8, 64, 64, 64, 64, 64))
        .contains(
            "this release carries no PTX of d8-h64x5-t4x128-float-products-global, and NVIDIA's"
                + " run-time compiler (NVRTC), which could make it, is not on this machine");
  }

  @Test
  void shouldSayInOneLineThatThereIsNoDriver() {
    assertThatThrownBy(() -> CudaDevice.open("libnone-of-that-name.so"))
        .isInstanceOf(EngineException.class)
        .hasMessage("no NVIDIA driver: libnone-of-that-name.so cannot be loaded on this machine");
  }

  /** Says that it serves every shape, and then does not. */
  private record Failing() implements KernelCompiler {

    @Override
    public String description() {
      return "a compiler that is too old";
    }

    @Override
    public boolean serves(KernelShape shape) {
      return true;
    }

    @Override
    public Optional<byte[]> compile(KernelShape shape) {
      throw new CudaException("unknown architecture", 5);
    }
  }

  @Test
  void shouldTakeTheNextCompilerWhereOneFails() {
    BatchProblem problem = problem(new FieldShape(3, 0, List.of(9), Activation.TANH));
    CudaEngine engine =
        new CudaEngine(device, List.of(new Failing(), new HostCompiler()), Tiling::fastest);

    engine.newGradient(problem).close();

    assertThatThrownBy(
            () ->
                new CudaEngine(device, List.of(new Failing()), Tiling::fastest)
                    .newGradient(problem))
        .isInstanceOf(CudaException.class)
        .hasMessage("unknown architecture");
  }

  @Test
  void shouldSayThatACardIsTooOld() {
    assertThatThrownBy(() -> HostCompiler.device(6))
        .isInstanceOf(EngineException.class)
        .hasMessage("stand-in on the CPU has compute capability 6.0, expected at least 7.0");
  }

  @Test
  void shouldTakeLargerTilesForLargerBatches() {
    assertThat(Tiling.fastest(256, 132, 90, true).get(0)).isEqualTo(Tiling.LEAST);
    assertThat(Tiling.fastest(65536, 132, 90, true).get(0).tensorCores()).isTrue();
    assertThat(Tiling.fastest(65536, 132, 75, true).get(0).tensorCores()).isFalse();
    assertThat(Tiling.fastest(65536, 132, 90, false).get(0).tensorCores()).isFalse();
    assertThat(Tiling.fastest(65536, 132, 90, true)).contains(Tiling.LEAST);
  }
}
