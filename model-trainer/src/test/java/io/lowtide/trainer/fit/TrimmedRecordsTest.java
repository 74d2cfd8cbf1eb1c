package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrimmedRecordsTest {

  private static ContinuousFeature standard(String name, double missingProbability) {
    return StandardFeature.of(name, -4, 4).setMissingProbability(missingProbability).build();
  }

  @Test
  void shouldNotTakeARecordForProbableBecauseItLacksValues() {
    FeatureEncoder encoder =
        new FeatureEncoder(
            new FeatureSpecification(
                List.of(standard("x", 0), standard("y", 0.5)), List.of(), List.of(), List.of()));
    double[][] rows = new double[20][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i % 10 == 3 ? new double[] {1.8, Double.NaN} : new double[] {1, 1};
    }
    TrainingData records = new TrainingData(encoder, new Table("t", List.of("x", "y"), rows));
    FieldShape shape = new FieldShape(2, 1, List.of(4, 4), Activation.TANH);
    TrimmedRecords trimmed = new TrimmedRecords(records, 0.05);
    trimmed.judge(new FieldParameters(shape, new float[shape.parameterCount()]));
    assertThat(trimmed.kept()).hasSize(18).doesNotContain(3, 13);
  }
}
