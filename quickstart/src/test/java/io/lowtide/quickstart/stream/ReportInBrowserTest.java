package io.lowtide.quickstart.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.RunReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a training as a person sees it, where a Chromium is installed. */
class ReportInBrowserTest {

  private static final String HOSTILE = "<img src=x onerror=\"harmed = 1\">";

  @TempDir private Path directory;

  private Path report() throws Exception {
    Random random = new Random(3);
    double[][] rows = new double[400][];
    for (int row = 0; row < rows.length; row++) {
      double speed = random.nextGaussian();
      rows[row] =
          new double[] {speed, speed + 0.5 * random.nextGaussian(), random.nextInt(4) == 0 ? 1 : 0};
    }
    Table records =
        new Table(
            HOSTILE,
            List.of("speed", HOSTILE, "mode"),
            rows,
            Map.of("mode", List.of("running", HOSTILE)));
    TrainingResult result =
        new FlowTrainer(
                TrainingEngines.of("vector"),
                HOSTILE,
                TrainingSettings.of(
                    Map.of(
                        "iterations",
                        "60",
                        "hidden.units",
                        "8,8",
                        "calibration.folds",
                        "2",
                        "budget",
                        "0.02")),
                report -> {},
                Optional.empty())
            .train(records);
    return RunReport.write(
        ReportedRun.of(result, PlanInference.fields(records), Optional.empty()), directory);
  }

  @Test
  void shouldBeReadableByEveryoneAndDoNothing() throws Exception {
    Optional<Path> program = Chromium.installed();
    assumeTrue(program.isPresent(), "no Chromium is installed: the report was not looked at");
    String address = report().toUri().toString();
    try (Chromium browser = Chromium.start(program.get(), directory.resolve("browser"))) {
      for (String scheme : List.of("light", "dark")) {
        for (int width : new int[] {1280, 360}) {
          browser.view(width, 900, scheme, 1);
          browser.open(address);
          browser.await("document.querySelector('#limits')");
          // The style sheet is in force: the policy knows it by its hash.
          assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
              .isEqualTo(scheme.equals("dark") ? "rgb(13, 20, 25)" : "rgb(243, 246, 248)");
          assertThat(browser.evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
              .as("beyond the edge at " + width)
              .isNotPositive();
          assertThat(browser.evaluate("document.scripts.length").asInt()).isZero();
          assertThat(browser.evaluate("document.images.length").asInt()).isZero();
          assertThat(browser.evaluate("typeof harmed").asText()).isEqualTo("undefined");
          PageOnKafkaTest.requireAccessible(browser, "the report, " + scheme + ", " + width);
        }
      }
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
