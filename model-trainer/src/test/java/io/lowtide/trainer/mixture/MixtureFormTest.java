package io.lowtide.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MixtureFormTest {

  /** Ten records bear no more than two components of five each, which are no finer than four. */
  @Test
  void shouldAverageSeveralCoarseFitsWhereNoneIsFiner() {
    List<Component> components = fit(4, 30).components();
    assertThat(components).hasSizeBetween(9, 12);
    assertWeightsSumToOne(components);
    assertThat(fit(1, 5).components()).hasSize(1);
  }

  @Test
  void shouldAverageACoarseAndAFineFit() {
    List<Component> components = fit(4, 400).components();
    assertThat(components).hasSizeBetween(30, 36);
    assertWeightsSumToOne(components);
    List<Component> four =
        components.stream().sorted(Comparator.comparingDouble(Component::weight)).toList();
    assertThat(
            four.subList(components.size() - 4, components.size()).stream()
                .mapToDouble(Component::weight)
                .sum())
        .isCloseTo(0.5, within(1e-9));
  }

  /** What lies where records are rare is improbable to the fine one, and a few records decide. */
  @Test
  void shouldMakeFineWhatRecordsBear() {
    assertThat(fit(2, 60).components()).hasSizeBetween(10, 14);
    assertThat(fit(2, 400).components()).hasSizeBetween(14, 18);
  }

  /** Scores cost as much as there are components. */
  @Test
  void shouldHaveNoMoreComponentsThanScoresCanBear() {
    assertThat(fit(16, 2_000).components()).hasSizeBetween(100, 128);
    assertThat(fit(64, 2_000).components()).hasSizeBetween(65, 128);
    assertThat(fit(128, 2_000).components()).hasSizeLessThanOrEqualTo(128);
    assertThat(new MixtureForm(4, 12).fit(records(400), 1).components()).hasSizeBetween(10, 12);
  }

  private static GaussianMixture fit(int components, int records) {
    return new MixtureForm(components, 128).fit(records(records), 1);
  }

  private static EncodedRecords records(int count) {
    return Lumps.records(Lumps.rows(count, 4, new Random(7)));
  }

  private static void assertWeightsSumToOne(List<Component> components) {
    assertThat(components.stream().mapToDouble(Component::weight).sum()).isCloseTo(1, within(1e-9));
  }
}
