package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectionReportTest {

  @TempDir private Path folder;

  @Test
  void shouldNameBaselinesThatLackAFigure() throws IOException {
    Path published = folder.resolve("BASELINES.csv");
    Files.writeString(
        published,
        "name,detector,auroc,average_precision\n"
            + "a,knn,0.9,0.5\nb,knn,0.9,0.5\nc,knn,0.9,0.5\na,lof,0.8,0.4\n");
    DetectionReport report =
        new DetectionReport(
            List.of("a", "b", "c"),
            List.of(
                result("a", LowtideDetector.NAME),
                result("b", LowtideDetector.NAME),
                result("c", LowtideDetector.NAME)),
            Baselines.read(published),
            Map.of(),
            0);
    report.write(folder);
    assertThat(folder.resolve(DetectionReport.MARKDOWN))
        .content()
        .contains("Left out: lof, which has no figure for b, c.")
        .doesNotContain("Left out: knn")
        .contains("| knn | 0.9000 | 0.5000 |");
  }

  private static DetectionResult result(String set, String detector) {
    return new DetectionResult(
        set, detector, 1, new DetectionMetrics(0.7, 0.6), 1, 1, 10, 20, Optional.empty());
  }
}
