package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkSetTest {

  @TempDir private Path folder;

  @Test
  void shouldTrainOnEvenNormalRowsAndTestOnTheRest() throws IOException {
    write("a.csv", "x,anomaly\n10,0\n-1,1\n11,0\n12,0\n-2,1\n13,0\n14,0\n");
    BenchmarkSet set = only();
    assertThat(set.name()).isEqualTo("a");
    assertThat(set.training().columns()).containsExactly("x");
    assertThat(set.training().column(0)).containsExactly(10, 12, 14);
    assertThat(set.test()).isDeepEqualTo(new double[][] {{11}, {13}, {-1}, {-2}});
    assertThat(set.anomalous()).containsExactly(false, false, true, true);
  }

  @Test
  void shouldPassOverFilesWithoutALabel() throws IOException {
    write("BASELINES.csv", "name,detector,auroc,average_precision\na,knn,0.5,0.5\n");
    write("notes.txt", "anomaly\n");
    assertThat(BenchmarkSet.readAll(folder)).isEmpty();
  }

  @Test
  void shouldMoveAnomaliesToTheTrainingRows() throws IOException {
    StringBuilder rows = new StringBuilder("x,anomaly\n");
    for (int row = 0; row < 40; row++) {
      rows.append(row).append(",0\n");
    }
    for (int row = 0; row < 6; row++) {
      rows.append(-1 - row).append(",1\n");
    }
    write("a.csv", rows.toString());
    BenchmarkSet dirty = only().contaminated(0.1, 1);
    assertThat(dirty.training().size()).isEqualTo(22);
    assertThat(Arrays.stream(dirty.training().column(0)).filter(x -> x < 0)).hasSize(2);
    assertThat(dirty.anomalies()).isEqualTo(4);
    assertThat(dirty.test()).hasDimensions(24, 1);
    assertThat(only().contaminated(0.5, 1).anomalies()).isEqualTo(3);
    assertThat(only().contaminated(0, 1).training().size()).isEqualTo(20);
  }

  private BenchmarkSet only() throws IOException {
    List<BenchmarkSet> sets = BenchmarkSet.readAll(folder);
    assertThat(sets).hasSize(1);
    return sets.get(0);
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }
}
