package io.lowtide.quickstart.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.cli.Lowtide;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.quickstart.traffic.TableTraffic;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoTest {

  private static final Map<String, String> BRIEF =
      Map.of("hidden.units", "32,32", "iterations", "150", "learning.rate", "0.01");

  @TempDir private Path directory;

  @Test
  void shouldTrainPublishStreamAndAccountForEveryRecord() throws Exception {
    LabelledTraffic traffic = new MachinePark(4_000, 4_000, 5);
    StringWriter output = new StringWriter();
    boolean complete;
    try (PrintWriter out = new PrintWriter(output, true)) {
      complete =
          new Demo(new DemoSettings(directory, 0, 3, false, Optional.empty()), out)
              .run(traffic, DemoTest::trainBriefly);
    }
    String text = output.toString();
    assertThat(complete).as(text).isTrue();
    assertThat(number(text, "unaccounted for +([\\d,]+)")).isZero();
    assertThat(number(text, "scored +([\\d,]+)")).isEqualTo(4_000);
    assertThat(number(text, "dead-lettered +([\\d,]+)")).isPositive();
    assertThat(number(text, "alerts +([\\d,]+)")).isBetween(10L, 400L);
    assertThat(number(text, "episodes +([\\d,]+)")).isBetween(10L, 400L);
    assertThat(text).containsPattern("spike \\(one field\\) +\\d+ +\\d+ +(9\\d\\.\\d|100\\.0) %");
    assertThat(text).contains("(expected ");
    assertThat(BundleFiles.read(directory.resolve("model.avro")).detector())
        .isEqualTo(Demo.DETECTOR);
  }

  @Test
  @Tag("long")
  void shouldShowDriftBeingSeenAndAnswered() throws Exception {
    MachinePark park = new MachinePark(20_000, 10_000, 5);
    StringWriter output = new StringWriter();
    boolean complete;
    DemoSettings.Drift change = new DemoSettings.Drift(20_000, BRIEF);
    try (PrintWriter out = new PrintWriter(output, true)) {
      complete =
          new Demo(new DemoSettings(directory, 0, 3, false, Optional.of(change)), out)
              .run(park, DemoTest::trainBriefly);
    }
    String text = output.toString();
    assertThat(complete).as(text).isTrue();
    assertThat(text)
        .containsPattern("Drift in partition [01], [\\d,]+ records after the change")
        .contains("For drift: topic telemetry")
        .containsPattern("The stream has swapped to \\S+-(warm|recalibrated)");
    double before = share(text, "before the change");
    double after = share(text, "after the change");
    double answered = share(text, "after the swap");
    assertThat(after).as(text).isGreaterThan(1.5 * before);
    assertThat(answered).as(text).isLessThan(0.7 * after);
  }

  private static ModelBundle trainBriefly(LabelledTraffic source) {
    return new FlowTrainer(
            TrainingEngines.of("vector"),
            Demo.DETECTOR,
            TrainingSettings.of(BRIEF),
            report -> {},
            Optional.empty())
        .train(source.trainingTable())
        .bundle();
  }

  private static double share(String text, String row) {
    Matcher matcher = Pattern.compile(row + " +[\\d,]+ +[\\d,]+ +([\\d.]+) %").matcher(text);
    assertThat(matcher.find()).as("%s in %s", row, text).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  private static long number(String text, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
    return Long.parseLong(matcher.group(1).replace(",", ""));
  }

  @Test
  void shouldSplitAUsersOwnFileByItsLabel() throws IOException {
    StringBuilder csv = new StringBuilder("pressure (bar),f1,fault\n");
    for (int row = 0; row < 500; row++) {
      csv.append(row).append(',').append(2 * row).append(',').append(row % 10 == 9 ? 1 : 0);
      csv.append('\n');
    }
    Path file = Files.writeString(directory.resolve("own.csv"), csv);
    TableTraffic traffic = TableTraffic.read(file, "fault");
    assertThat(traffic.trainingTable().columns()).containsExactly("pressure__bar_", "f1");
    assertThat(traffic.trainingTable().size()).isEqualTo(225);
    assertThat(traffic.streamSize()).isEqualTo(275);
    assertThat(traffic.stream()).toIterable().filteredOn(record -> !record.isNormal()).hasSize(50);
    assertThat(traffic.trainingTable().rows()[1][0]).isEqualTo(2);
  }

  @Test
  void shouldRefuseAFileWithTooFewNormalRows() throws IOException {
    Path file = Files.writeString(directory.resolve("own.csv"), "a,fault\n1,0\n2,1\n");
    assertThatThrownBy(() -> TableTraffic.read(file, "fault"))
        .isInstanceOf(DataException.class)
        .hasMessage("own.csv: 1 normal rows, expected at least 200: half of them train");
  }

  @Test
  void shouldTellAUserOfAMissingFileInOneLine() {
    CommandLine command = Lowtide.commandLine(new DemoCommand());
    StringWriter errors = new StringWriter();
    command.setErr(new PrintWriter(errors));
    int exitCode =
        command.execute(
            "--data",
            directory.resolve("none.csv").toString(),
            "--label",
            "x",
            "--directory",
            directory.toString());
    assertThat(exitCode).isEqualTo(2);
    assertThat(errors.toString().lines()).singleElement().asString().contains("no such file");
  }
}
