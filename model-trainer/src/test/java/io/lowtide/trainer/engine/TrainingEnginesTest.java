package io.lowtide.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainingEnginesTest {

  @Test
  void shouldFindTheEngineThatTheTrainerBringsAlong() {
    assertThat(TrainingEngines.load().description()).startsWith("ND4J ");
  }
}
