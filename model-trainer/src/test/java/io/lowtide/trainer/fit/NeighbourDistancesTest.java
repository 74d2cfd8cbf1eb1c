package io.lowtide.trainer.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.StandardFeature;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class NeighbourDistancesTest {

  private static TrainingData records(double[][] rows) {
    FeatureEncoder encoder =
        new FeatureEncoder(
            new FeatureSpecification(
                List.of(
                    StandardFeature.of("x", -100, 100).build(),
                    StandardFeature.of("y", -100, 100).setMissingProbability(0.1).build()),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
    return new TrainingData(encoder, new Table("t", List.of("x", "y"), rows));
  }

  @Test
  void shouldMeasureToTheNeighbourOfThatNumber() {
    double[][] rows = new double[40][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i, 0};
    }
    double[] distances = NeighbourDistances.of(records(rows), 0.25);
    // The 10th nearest of the first record is 10 away, of one in the middle 5, the 5th nearest 5
    // and 3; half of that squared.
    assertThat(distances[0]).isCloseTo(50 * Math.sqrt(50 / 12.5), within(0.02));
    assertThat(distances[20]).isCloseTo(12.5 * Math.sqrt(12.5 / 4.5), within(0.02));
  }

  @Test
  void shouldFindALumpBeforeTheEdgeOfTheData() {
    double[][] rows = new double[200][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {i < 190 ? 0.1 * i : 22.5 + 0.01 * i, 0};
    }
    double[] distances = NeighbourDistances.of(records(rows), 0.05);
    // The record at the end of the line is 1 away from its 10th nearest, the lump some 5 from it.
    double edge = Arrays.stream(distances, 0, 190).max().orElseThrow();
    assertThat(DoubleStream.of(distances).skip(190)).allMatch(distance -> distance > 10 * edge);
  }

  @Test
  void shouldNotTakeRecordsThatRepeatEachOtherForALump() {
    double[][] rows = new double[198][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {0.1 * (i / 6), 0};
    }
    // The 10th nearest is 0.1 away, the 5th in the same place.
    assertThat(DoubleStream.of(NeighbourDistances.of(records(rows), 0.05)))
        .allMatch(distance -> distance < 0.01);
  }

  @Test
  void shouldCompareOnlyValuesThatBothRecordsHave() {
    double[][] rows = new double[30][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new double[] {0.1 * i, i % 3 == 0 ? Double.NaN : 50};
    }
    assertThat(DoubleStream.of(NeighbourDistances.of(records(rows), 0.05)))
        .allMatch(distance -> distance < 1);
  }

  @Test
  void shouldNotAskForMoreNeighboursThanThereAre() {
    assertThat(
            DoubleStream.of(NeighbourDistances.of(records(new double[][] {{1, 2}, {3, 2}}), 0.05)))
        .allMatch(Double::isFinite);
  }
}
