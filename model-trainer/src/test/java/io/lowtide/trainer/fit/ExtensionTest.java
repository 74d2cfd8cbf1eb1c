package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.fit.Extension.Evaluations;
import io.lowtide.trainer.fit.Extension.Verdict;
import io.lowtide.trainer.fit.Validated.Gain;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExtensionTest {

  private static final Round SECOND = Round.first(400).next(400);
  private static final Evaluations AS_CHEAP = new Evaluations(8, 8);

  /** Ten nominal seconds. */
  private static final Extension RULE = new Extension(10, 1e9);

  private static Verdict after(Gain gain, double work) {
    return RULE.after(SECOND, gain, AS_CHEAP, work, Optional.empty());
  }

  @Test
  void shouldGoOnWhileTheGainIsBeyondItsStandardError() {
    assertThat(after(new Gain(0.0401, 0.03), 1e9).goesOn()).isTrue();
    Verdict within = after(new Gain(0.0399, 0.03), 1e9);
    assertThat(within.goesOn()).isFalse();
    assertThat(within.undone()).isFalse();
    assertThat(within.reason())
        .isEqualTo(
            "the last one gained 0.0399 nats a record, standard error 0.0300: not 0.01 beyond it");
    assertThat(after(new Gain(Double.NaN, Double.NaN), 1e9).goesOn()).isFalse();
  }

  @Test
  void shouldBeginNoRoundThatTheBudgetDoesNotHoldWhole() {
    Gain large = new Gain(1, 0.1);
    assertThat(after(large, 5e9).goesOn()).isTrue();
    Verdict beyond = after(large, 5.01e9);
    assertThat(beyond.goesOn()).isFalse();
    assertThat(beyond.reason())
        .endsWith("but another would make it 10.0 nominal seconds, of extension.seconds 10.0");
  }

  @Test
  void shouldUndoARoundThatMakesScoresDearer() {
    Gain large = new Gain(1, 0.1);
    Evaluations most = new Evaluations(8, 10);
    assertThat(RULE.after(SECOND, large, most, 1e9, Optional.empty()).goesOn()).isTrue();
    Verdict undone =
        RULE.after(SECOND, large, new Evaluations(8, 10.1), 1e9, Optional.of("out of time"));
    assertThat(undone.goesOn()).isFalse();
    assertThat(undone.undone()).isTrue();
    assertThat(undone.reason())
        .isEqualTo(
            "round 2 undone: a validation record takes 10.1 evaluations, more than 1.25 times 8.0");
  }

  @Test
  void shouldSayWhyARoundWasEndedBeforeItsTime() {
    Gain large = new Gain(1, 0.1);
    assertThat(RULE.after(SECOND, large, AS_CHEAP, 1e9, Optional.of("out of time")))
        .isEqualTo(new Verdict(false, false, "out of time"));
    assertThat(Extension.none().isAsked()).isFalse();
    assertThat(Extension.none().notAsked(Optional.empty()).goesOn()).isFalse();
  }

  @Test
  void shouldCountWorkByShapeRecordsAndEvaluations() {
    FieldShape shape = new FieldShape(8, 0, List.of(64, 64), Activation.TANH);
    double work = Extension.operations(shape, 256, 5, 5);
    assertThat(work).isEqualTo(4.0 * shape.parameterCount() * 256 * 20);
    assertThat(Extension.operations(shape, 256, 10, 10)).isEqualTo(2 * work);
  }

  @Test
  void shouldMakeEachRoundAsLongAsAllBeforeIt() {
    assertThat(SECOND).isEqualTo(new Round(2, 400, 400));
    assertThat(SECOND.end()).isEqualTo(800);
    assertThat(SECOND.next(800)).isEqualTo(new Round(3, 800, 800));
  }

  @Test
  void shouldFindTheGainRecordByRecordWithoutPossibleAnomalies() {
    Validated before = new Validated(new double[] {-1, -100, -3, -2}, 1, 8);
    Validated now = new Validated(new double[] {-0.9, -1, -2.9, -1.6}, 1, 8);
    Gain gain = now.over(before);
    assertThat(gain.mean()).isCloseTo(0.2, within(1e-12));
    assertThat(gain.standardError()).isCloseTo(0.1, within(1e-12));
    assertThat(before.negativeLogLikelihood()).isCloseTo(2, within(1e-12));
    assertThat(now.over(Validated.failed()).mean()).isNaN();
    assertThat(Validated.failed().negativeLogLikelihood()).isInfinite();
  }
}
