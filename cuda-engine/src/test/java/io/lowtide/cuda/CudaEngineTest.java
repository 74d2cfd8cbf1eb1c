package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.EngineException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CudaEngineTest {

  private static Optional<String> refusal(int dimensions, Integer... units) {
    return new CudaEngine(null, List.of(new CarriedPtx()), Tiling::fastest)
        .refusal(new FieldShape(dimensions, 0, List.of(units), Activation.TANH));
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

  @Test
  void shouldTakeLargerTilesForLargerBatches() {
    assertThat(Tiling.fastest(256, 132, 90, true).get(0)).isEqualTo(Tiling.LEAST);
    assertThat(Tiling.fastest(65536, 132, 90, true).get(0).tensorCores()).isTrue();
    assertThat(Tiling.fastest(65536, 132, 75, true).get(0).tensorCores()).isFalse();
    assertThat(Tiling.fastest(65536, 132, 90, false).get(0).tensorCores()).isFalse();
    assertThat(Tiling.fastest(65536, 132, 90, true)).contains(Tiling.LEAST);
  }
}
