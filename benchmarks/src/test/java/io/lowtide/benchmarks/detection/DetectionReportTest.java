package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
            Map.of("sets", List.of("a", "b", "c")),
            List.of(
                result("a", LowtideDetector.NAME),
                result("b", LowtideDetector.NAME),
                result("c", LowtideDetector.NAME)),
            Map.of(),
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

  @Test
  void shouldGiveMeansForEachFolderAndTogetherAndNameWhatIsLeftOut() throws IOException {
    Map<String, List<String>> folders = new LinkedHashMap<>();
    folders.put("old", List.of("a", "b"));
    folders.put("new", List.of("c"));
    DetectionReport report =
        new DetectionReport(
            folders,
            List.of(
                result("a", LowtideDetector.NAME, 0.8),
                result("b", LowtideDetector.NAME, 0.6),
                result("c", LowtideDetector.NAME, 0.4)),
            Map.of("d", "30 records, expected at least 99"),
            Baselines.none(),
            Map.of(),
            0);
    report.write(folder);
    assertThat(folder.resolve(DetectionReport.MARKDOWN))
        .content()
        .contains(
            "| old, 2 sets: mean AUROC | old, 2 sets: mean average precision |"
                + " new, 1 sets: mean AUROC | new, 1 sets: mean average precision |"
                + " together: mean AUROC | together: mean average precision |")
        .contains("| lowtide | 0.7000 | 0.6000 | 0.4000 | 0.6000 | 0.6000 | 0.6000 |")
        .contains("Left out: d: 30 records, expected at least 99.");
  }

  private static DetectionResult result(String set, String detector) {
    return result(set, detector, 0.7);
  }

  private static DetectionResult result(String set, String detector, double areaUnderCurve) {
    return new DetectionResult(
        set,
        detector,
        1,
        new DetectionMetrics(areaUnderCurve, 0.6),
        1,
        1,
        10,
        20,
        Optional.empty());
  }
}
