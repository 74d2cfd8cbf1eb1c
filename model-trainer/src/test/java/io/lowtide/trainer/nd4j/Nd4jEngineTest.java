package io.lowtide.trainer.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class Nd4jEngineTest {

  @Test
  void shouldNameTheLibraryItsVersionAndTheDevice() {
    assertThat(Nd4jEngine.load().description()).matches("ND4J \\d+\\.\\d+\\.\\S+, (CPU|CUDA)");
  }

  @Test
  void shouldLeaveThreadsToTheShards() {
    Nd4jEngine engine = Nd4jEngine.load();

    if (!engine.gpu()) {
      assertThat(Nd4j.getEnvironment().maxMasterThreads()).isEqualTo(1);
      assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
    }
  }
}
