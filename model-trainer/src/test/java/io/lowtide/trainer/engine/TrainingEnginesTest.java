package io.lowtide.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingEnginesTest {

  private static final FieldShape SHAPE = new FieldShape(3, 0, List.of(8), Activation.TANH);

  /** An engine of a name, which refuses shapes where there is a reason to. */
  private record Named(String description, Optional<String> reason) implements TrainingEngine {

    @Override
    public int concurrentFits() {
      return 1;
    }

    @Override
    public double nominalSpeed() {
      return 1;
    }

    @Override
    public Optional<String> refusal(FieldShape shape) {
      return reason;
    }

    @Override
    public BatchGradient newGradient(BatchProblem problem) {
      throw new UnsupportedOperationException();
    }
  }

  /**
   * @param absence why the engine cannot run here; empty if it can
   */
  private record Provider(
      String name, int priority, Optional<String> absence, Optional<String> reason)
      implements TrainingEngineProvider {

    @Override
    public TrainingEngine load() {
      if (absence.isPresent()) {
        throw new EngineException(absence.get(), null);
      }
      return new Named("the engine " + name, reason);
    }
  }

  private static final TrainingEngineProvider SLOW =
      new Provider("slow", 0, Optional.empty(), Optional.empty());
  private static final TrainingEngineProvider FAST =
      new Provider("fast", 1, Optional.empty(), Optional.empty());
  private static final TrainingEngineProvider FAST_BUT_NARROW =
      new Provider("fast", 1, Optional.empty(), Optional.of("3 dimensions, of at most 2"));
  private static final TrainingEngineProvider FAST_BUT_ABSENT =
      new Provider("fast", 1, Optional.of("no card"), Optional.empty());

  private static String selected(String choice, TrainingEngineProvider... providers) {
    return new TrainingEngines(choice, List.of(providers)).forShape(SHAPE).description();
  }

  @Test
  void shouldTakeTheFastestThatServes() {
    assertThat(selected("auto", SLOW, FAST)).isEqualTo("the engine fast");
    assertThat(selected("auto", SLOW, FAST_BUT_NARROW)).isEqualTo("the engine slow");
    assertThat(selected("auto", FAST_BUT_ABSENT, SLOW)).isEqualTo("the engine slow");
  }

  @Test
  void shouldTakeTheOneThatIsNamed() {
    assertThat(selected("slow", SLOW, FAST)).isEqualTo("the engine slow");
  }

  @Test
  void shouldSayWhyTheOneThatIsNamedDoesNotServe() {
    assertThatThrownBy(() -> selected("fast", SLOW, FAST_BUT_NARROW))
        .isInstanceOf(EngineException.class)
        .hasMessage("no engine to train on; fast: 3 dimensions, of at most 2");
    assertThatThrownBy(() -> selected("fast", SLOW, FAST_BUT_ABSENT))
        .isInstanceOf(EngineException.class)
        .hasMessage("no engine to train on; fast: no card");
  }

  @Test
  void shouldNameTheEnginesThereAreWhereTheOneAskedForIsNone() {
    assertThatThrownBy(() -> selected("fast", SLOW))
        .isInstanceOf(EngineException.class)
        .hasMessage("engine: fast is not on the class path, expected one of auto, slow");
  }

  @Test
  void shouldFindTheEnginesThatTheTrainerBringsAlong() {
    assertThat(TrainingEngines.of("nd4j").forShape(SHAPE).description()).startsWith("ND4J ");
    assertThat(TrainingEngines.of("vector").forShape(SHAPE).description())
        .startsWith("Vector API of Java ");
  }
}
