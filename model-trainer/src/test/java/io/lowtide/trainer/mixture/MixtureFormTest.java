package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureFormTest {

  @Test
  void shouldAverageSeveralFits() {
    EncodedRecords records = Lumps.records(Lumps.rows(400, 4, new Random(7)));
    List<Component> components = new MixtureForm(4).fit(records, 1).components();
    assertThat(components).hasSize(12);
    assertThat(components.stream().mapToDouble(Component::weight).sum()).isCloseTo(1, within(1e-9));
    assertThat(new MixtureForm(1).fit(records, 1).components()).hasSize(1);
  }

  /** Scores cost as much as there are components. */
  @Test
  void shouldAverageNoMoreFitsThanScoresCanBear() {
    EncodedRecords records = Lumps.records(Lumps.rows(2_000, 4, new Random(8)));
    assertThat(new MixtureForm(64).fit(records, 1).components()).hasSizeBetween(65, 128);
    assertThat(new MixtureForm(128).fit(records, 1).components()).hasSizeLessThanOrEqualTo(128);
  }
}
