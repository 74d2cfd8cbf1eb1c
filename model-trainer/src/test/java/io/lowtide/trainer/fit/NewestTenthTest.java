package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.evaluation.Evaluation;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import io.lowtide.trainer.feature.PlanInference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records with a row number, a counter, and a number that stays where it is. */
class NewestTenthTest {

  private static final int RECORDS = 1_800;

  private static final Map<String, String> SETTINGS =
      Map.of("hidden.units", "16", "iterations", "200", "batch.size", "256", "budget", "0.02");

  private static FlowTrainer trainer() {
    return new FlowTrainer(
        TrainingEngines.of("vector"),
        "moving",
        TrainingSettings.of(SETTINGS),
        report -> {},
        Optional.empty());
  }

  private static Table records(int from, int count) {
    Random random = new Random(11 + from);
    double[][] rows = new double[count][];
    double total = 3.0 * from;
    for (int i = 0; i < count; i++) {
      total += Math.abs(3 + random.nextGaussian());
      rows[i] = new double[] {from + i, total, 50 + 5 * random.nextGaussian()};
    }
    return new Table("t", List.of("row", "total", "load"), rows);
  }

  private static LabelledTable normal(Table table) {
    return new LabelledTable(table, new boolean[table.size()]);
  }

  @Test
  void shouldTellThatWhatIsNormalMoves() {
    Table moved = records(0, RECORDS);
    for (int row = RECORDS - 120; row < RECORDS; row++) {
      moved.rows()[row][2] += 20;
    }
    FeaturePlan plan = new FeaturePlan(Map.of("load", List.of(Continuous.inferred())));
    NewestTenth newest = trainer().newestTenth(moved, plan).orElseThrow();
    assertThat(newest.records()).isEqualTo(RECORDS / 10);
    assertThat(newest.level()).isEqualTo(0.02);
    assertThat(newest.hasMoved()).isTrue();
    assertThat(newest.text())
        .startsWith("The newest tenth under a model of the rest: ")
        .contains("What is normal moves within these records");
  }

  @Test
  void shouldScoreACounterByItsChangeSoThatNothingMoves() {
    Table training = records(0, RECORDS);
    FeaturePlan plan = PlanInference.plan(training);
    assertThat(plan.roles().get("total")).containsExactly(Continuous.change());
    assertThat(plan.fields()).containsExactly("total", "load");
    Table withChanges = plan.withLags(normal(training), Optional.empty()).table();
    FlowTrainer trainer = trainer();
    assertThat(trainer.newestTenth(withChanges, plan).orElseThrow().hasMoved()).isFalse();

    ModelBundle bundle = trainer.train(withChanges, plan).bundle();
    assertThat(bundle.record().getFormatVersion()).isEqualTo(6);
    Evaluation later = Evaluation.of(bundle, normal(records(RECORDS, 1_000)), Optional.empty());
    assertThat(later.unscorable()).isZero();
    assertThat(later.falseAlarmRate()).isLessThan(0.05);
  }

  @Test
  void shouldNotJudgeAFewRecords() {
    Table few = records(0, 150);
    assertThat(trainer().newestTenth(few, PlanInference.plan(few))).isEmpty();
  }

  @Test
  void shouldCountChanceAsNoMove() {
    assertThat(new NewestTenth(2_000, 25, 0.01, HeldOutPValues.NONE).hasMoved()).isFalse();
    assertThat(new NewestTenth(2_000, 60, 0.01, HeldOutPValues.NONE).hasMoved()).isTrue();
    assertThat(new NewestTenth(20, 1, 0.01, HeldOutPValues.NONE).hasMoved()).isFalse();
  }
}
