package io.lowtide.trainer.retrain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.ComparedModel;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecisionTest {

  private static final Decision.Rule RULE = new Decision.Rule(0.02, 2);

  private static ComparedModel model(
      String role, Double gain, Double standardError, boolean inCalibration) {
    return ComparedModel.newBuilder()
        .setRole(role)
        .setVersion(role + "-1")
        .setGain(gain)
        .setGainStandardError(standardError)
        .setBudget(0.01)
        .setAlertRate(inCalibration ? 0.01 : 0.05)
        .setCalibrationDistance(inCalibration ? 0.02 : 0.3)
        .setInCalibration(inCalibration)
        .build();
  }

  private static ComparedModel champion(boolean inCalibration) {
    return model("champion", null, null, inCalibration);
  }

  @Test
  void shouldPublishAChallengerThatWinsByTheMargin() {
    Decision decision =
        RULE.of(
            Optional.of(champion(true)),
            List.of(
                model("recalibrated", 0.0, 0.0, true),
                model("warm", 0.05, 0.01, true),
                model("scratch", 0.08, 0.01, true)));
    assertThat(decision.winner()).contains("scratch");
    assertThat(decision.reason()).contains("wins by 0.0800 nats");
  }

  @Test
  void shouldKeepTheChampionWhereChanceExplainsTheGain() {
    Decision decision =
        RULE.of(Optional.of(champion(true)), List.of(model("warm", 0.05, 0.02, true)));
    assertThat(decision.winner()).isEmpty();
    assertThat(decision.reason()).contains("warm +0.0500 (standard error 0.0200)");
  }

  @Test
  void shouldKeepTheChampionWhereTheGainIsBelowTheMargin() {
    assertThat(
            RULE.of(Optional.of(champion(true)), List.of(model("warm", 0.019, 1e-6, true)))
                .winner())
        .isEmpty();
  }

  @Test
  void shouldNotPublishAWinnerThatIsOutOfCalibration() {
    assertThat(
            RULE.of(Optional.of(champion(true)), List.of(model("warm", 5.0, 0.1, false))).winner())
        .isEmpty();
  }

  @Test
  void shouldReplaceAChampionOutOfCalibrationByOneThatIsInIt() {
    Decision decision =
        RULE.of(
            Optional.of(champion(false)),
            List.of(model("warm", 0.01, 0.02, true), model("recalibrated", 0.0, 0.0, true)));
    assertThat(decision.winner()).contains("recalibrated");
    assertThat(decision.reason())
        .contains("the champion is out of calibration (5.00 % of the newest");
  }

  @Test
  void shouldKeepAChampionOutOfCalibrationWhereNoChallengerIsInIt() {
    Decision decision =
        RULE.of(Optional.of(champion(false)), List.of(model("recalibrated", 0.0, 0.0, false)));
    assertThat(decision.winner()).isEmpty();
    assertThat(decision.reason()).contains("what is normal moves within the records");
  }

  @Test
  void shouldTakeTheFirstModelOfADetectorAndSayIfItIsOutOfCalibration() {
    assertThat(RULE.of(Optional.empty(), List.of(model("scratch", null, null, true))).winner())
        .contains("scratch");
    assertThat(RULE.of(Optional.empty(), List.of(model("scratch", null, null, false))).reason())
        .contains("out of calibration");
  }

  @Test
  void shouldSayWhyThereIsNothingToDecideOn() {
    Decision decision =
        RULE.of(
            Optional.of(champion(true)), List.of(ComparedModels.failed("warm", "too few records")));
    assertThat(decision.winner()).isEmpty();
    assertThat(decision.reason()).contains("warm: too few records");
  }

  @Test
  void shouldNotCompareLikelihoodsOfOtherFieldsButCalibrationAllTheSame() {
    assertThat(
            RULE.of(Optional.of(champion(false)), List.of(model("scratch", null, null, true)))
                .winner())
        .contains("scratch");
    assertThat(
            RULE.of(Optional.of(champion(true)), List.of(model("scratch", null, null, true)))
                .winner())
        .isEmpty();
  }
}
