package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.feature.FeaturePlan;
import io.lowtide.trainer.feature.FieldRole;
import io.lowtide.trainer.feature.FieldRole.Continuous;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureSourceTest {

  @Test
  void shouldChangeTheNoiseOfFieldsThatNobodyStatedItFor() {
    Random random = new Random(1);
    double[][] rows = new double[100][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {random.nextGaussian(), random.nextInt(5)};
    }
    Table table = new Table("table", List.of("stated", "free"), rows);
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    roles.put(
        "stated",
        List.of(
            new Continuous(
                Optional.empty(), OptionalDouble.empty(), OptionalDouble.of(0.4), false)));
    roles.put("free", List.of(Continuous.inferred()));
    FeatureSource source = new FeatureSource(new FeaturePlan(roles), table);

    FeatureSpecification changed = source.withSmoothing(source.of(table, 0.1), 0.3);

    assertThat(changed.getContinuous())
        .extracting(ContinuousFeature::getSmoothing)
        .containsExactly(0.4, 0.3);
    assertThat(changed).isEqualTo(source.of(table, 0.3));
  }
}
