package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.StandardFeature;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrimmedRecordsTest {

  private static TrainingData records(double missingProbability, double[][] rows) {
    ContinuousFeature x = StandardFeature.of("x", -4, 4).build();
    ContinuousFeature y =
        StandardFeature.of("y", -4, 4).setMissingProbability(missingProbability).build();
    FeatureEncoder encoder =
        new FeatureEncoder(
            new FeatureSpecification(List.of(x, y), List.of(), List.of(), List.of(), List.of()));
    return new TrainingData(encoder, new Table("t", List.of("x", "y"), rows));
  }

  private static FlowParameters unlearned(FieldShape shape) {
    return FlowParameters.fromStandardNormal(
        new FieldParameters(shape, new float[shape.parameterCount()]));
  }

  @Test
  void shouldNotTakeARecordForProbableBecauseItLacksValues() {
    double[][] rows = new double[20][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i % 10 == 3 ? new double[] {1.8, Double.NaN} : new double[] {1, 1};
    }
    TrainingData records = records(0.5, rows);
    FieldShape shape = new FieldShape(2, 1, List.of(4, 4), Activation.TANH);
    TrimmedRecords trimmed = new TrimmedRecords(records, 0.05);
    trimmed.judge(unlearned(shape), 1);
    assertThat(trimmed.kept()).hasSize(18).doesNotContain(3, 13);
  }

  /** A lump near the middle, where a flow that has learned nothing yet finds it most probable. */
  @Test
  void shouldSetALumpAsideBeforeTheFlowKnowsBetter() {
    double[][] rows = new double[200][];
    for (int i = 0; i < rows.length; i++) {
      double angle = 0.5 * i;
      rows[i] =
          i % 20 == 7
              ? new double[] {0.001 * i, 0}
              : new double[] {1.5 * Math.cos(angle), 1.5 * Math.sin(angle)};
    }
    TrainingData records = records(0, rows);
    TrimmedRecords trimmed = new TrimmedRecords(records, 0.05);
    FieldShape shape = new FieldShape(2, 0, List.of(4, 4), Activation.TANH);
    FlowParameters unlearned = unlearned(shape);
    assertThat(trimmed.kept()).hasSize(180).noneMatch(row -> row % 20 == 7);
    trimmed.judge(unlearned, 0.3);
    assertThat(trimmed.kept()).hasSize(180).noneMatch(row -> row % 20 == 7);
    trimmed.judge(unlearned, 0.4);
    assertThat(trimmed.kept()).hasSize(180).filteredOn(row -> row % 20 == 7).hasSize(10);
  }
}
