package io.lowtide.trainer.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class BackendTest {

  @Test
  void shouldNameTheLibraryItsVersionAndTheDevice() {
    assertThat(Backend.load().description()).matches("ND4J \\d+\\.\\d+\\.\\S+, (CPU|CUDA)");
  }

  @Test
  void shouldLeaveThreadsToTheShards() {
    Backend backend = Backend.load();

    if (!backend.gpu()) {
      assertThat(Nd4j.getEnvironment().maxMasterThreads()).isEqualTo(1);
      assertThat(Nd4j.factory().blas().getMaxThreads()).isEqualTo(1);
    }
  }
}
