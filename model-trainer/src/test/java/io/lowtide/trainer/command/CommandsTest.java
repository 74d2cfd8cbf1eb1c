package io.lowtide.trainer.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.cli.Lowtide;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {

  private static final String[] QUICK = {
    "--set", "iterations=30",
    "--set", "hidden.units=8,8",
    "--set", "calibration.folds=2",
    "--set", "budget=0.05"
  };

  @TempDir private Path directory;

  private final StringWriter output = new StringWriter();
  private final StringWriter errors = new StringWriter();

  @Test
  void shouldTrainAModelAndEvaluateIt() throws IOException {
    Path data = write("data.csv", labelledRecords(200, 10));
    Path model = directory.resolve("out/model.avro");

    assertThat(train(data, "--label", "anomaly")).isZero();
    assertThat(model).isNotEmptyFile();
    assertThat(directory.resolve("out/training.json"))
        .content()
        .contains("\"training\" : 200", "\"meanEvaluations\"", "\"setAside\"");
    assertThat(directory.resolve("out/report.html")).isNotEmptyFile();
    assertThat(directory.resolve("out/model-card.md")).isNotEmptyFile();
    assertThat(directory.resolve("out/checkpoint.bin")).doesNotExist();

    assertThat(evaluate(model, data, "--label", "anomaly")).isZero();
    assertThat(output.toString())
        .contains("normal records     200", "anomalies          10", "unscorable         0")
        .containsPattern("AUROC +(1\\.0000|0\\.9[0-9]+)");
  }

  @Test
  void shouldSayBeforeTrainingThatItsFolderCannotBeWrittenTo() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    write("out", "a file");
    assertThat(train(data)).isEqualTo(2);
    assertThat(errors.toString())
        .contains("out: cannot be written to, expected a folder for what a run keeps");
    assertThat(output.toString()).doesNotContain("iteration");
  }

  @Test
  void shouldWriteItsReportWhereItIsToldTo() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    Path folder = directory.resolve("elsewhere");
    assertThat(train(data, "--report", folder.toString())).isZero();
    assertThat(output.toString()).contains("Report: " + folder.resolve("report.html"));
    assertThat(folder.resolve("model-card.md")).isNotEmptyFile();
    assertThat(directory.resolve("out/report.html")).doesNotExist();
  }

  @Test
  void shouldKeepTheModelWhereOnlyTheReportCannotBeWritten() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    Path inTheWay = directory.resolve("out/report.html/file");
    Files.createDirectories(inTheWay);

    assertThat(train(data)).isEqualTo(2);
    assertThat(directory.resolve("out/model.avro")).isNotEmptyFile();
    assertThat(output.toString()).contains("false-alarm budget 5.00 %").doesNotContain("Report:");
    assertThat(errors.toString().lines())
        .singleElement()
        .asString()
        .contains("out/report.html: the report cannot be written: ")
        .endsWith(
            "; the model is in "
                + directory.resolve("out/model.avro")
                + ", and the same command writes the report without training anew");

    Files.delete(inTheWay);
    Files.delete(inTheWay.getParent());
    output.getBuffer().setLength(0);
    assertThat(train(data)).isZero();
    assertThat(output.toString()).contains("Report: ").doesNotContain("iteration");
    assertThat(directory.resolve("out/checkpoint.bin")).doesNotExist();
  }

  @Test
  void shouldNameTheNearestSettingToAMisspeltOne() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    assertThat(train(data, "--set", "itertions=3")).isEqualTo(2);
    assertThat(errors.toString())
        .contains("itertions (command line): no such setting; did you mean iterations?");
  }

  @Test
  void shouldNameTheColumnThatIsNotThere() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    assertThat(train(data, "--columns", "x,colour")).isEqualTo(2);
    assertThat(errors.toString())
        .contains("data.csv: no column \"colour\", expected one of [x, y, anomaly]");
  }

  @Test
  void shouldNameTheColumnOfTheKeyThatIsNotThere() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    String message = "data.csv: no column \"machin\" for the key, expected one of [x, y, anomaly]";
    assertThat(train(data, "--key", "machin")).isEqualTo(2);
    assertThat(errors.toString()).contains("train: " + message);
    assertThat(features(data, "--key", "machin")).isEqualTo(2);
    assertThat(errors.toString()).contains("features: " + message);
    assertThat(features(data, "--columns", "x", "--key", "y")).isZero();
  }

  @Test
  void shouldSayThatThereIsNoFolderForTheFeatures() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    Path file = directory.resolve("none/features.properties");
    assertThat(features(data, "--output", file.toString())).isEqualTo(2);
    assertThat(errors.toString())
        .isEqualTo(
            String.format("features: %s: cannot be written, expected an existing folder%n", file));
  }

  @Test
  void shouldNameTheCellThatIsNoNumber() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0) + "1.5,red,0\n");
    assertThat(train(data)).isEqualTo(2);
    assertThat(errors.toString())
        .contains("data.csv line 102, column \"y\": \"red\", expected a finite number");
  }

  @Test
  void shouldSayHowManyRecordsItNeeds() throws IOException {
    assertThat(train(write("few.csv", labelledRecords(20, 0)))).isEqualTo(2);
    assertThat(errors.toString()).contains("few.csv: 20 records, expected at least 50");
    assertThat(train(write("data.csv", labelledRecords(100, 0)), "--set", "budget=0.001"))
        .isEqualTo(2);
    assertThat(errors.toString()).contains("it needs at least 999 of them");
  }

  @Test
  void shouldNameTheFileThatIsNotThere() {
    assertThat(train(directory.resolve("none.csv"))).isEqualTo(2);
    assertThat(errors.toString()).contains("none.csv: no such file");
    assertThat(evaluate(directory.resolve("none.avro"), directory.resolve("none.csv")))
        .isEqualTo(2);
    assertThat(errors.toString()).contains("none.avro: no such file");
  }

  @Test
  void shouldRefuseATruncatedModel() throws IOException {
    Path data = write("data.csv", labelledRecords(100, 0));
    assertThat(train(data)).isZero();
    byte[] intact = Files.readAllBytes(directory.resolve("out/model.avro"));
    Path truncated =
        Files.write(
            directory.resolve("truncated.avro"), Arrays.copyOf(intact, intact.length - 100));
    assertThat(evaluate(truncated, data)).isEqualTo(2);
    assertThat(errors.toString()).contains("UNREADABLE").contains("truncated.avro");
  }

  @Test
  void shouldListEveryColumnWithWhatItWasTakenForThoseLeftOutFirst() throws IOException {
    StringBuilder csv = new StringBuilder(",x,row,latency\n");
    Random random = new Random(2);
    for (int row = 0; row < 240; row++) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%d,%.3f,%d,%s%n",
              row,
              random.nextGaussian(),
              1_000 + row,
              row == 100 ? "1e9" : String.valueOf(5 + random.nextGaussian())));
    }
    assertThat(train(write("data.csv", csv.toString()))).isZero();
    assertThat(output.toString())
        .containsSubsequence(
            "row       left out    goes up from 1000 to 1239",
            "column 1  left out    has no name",
            "x         continuous  numbers",
            "latency   continuous",
            "The newest tenth under a model of the rest: ");
    assertThat(directory.resolve("out/training.json"))
        .content()
        .contains("\"columns\"", "\"takenFor\" : \"ignore\"", "\"newestTenth\"")
        .contains("\"leftOutAsFar\" : 1", "1000000000 in 1 of 240 records");
  }

  @Test
  void shouldSayThatNoRowIsNormal() throws IOException {
    Path data = write("data.csv", "x,anomaly\n" + "1.5,1\n2.5,1\n".repeat(60));
    assertThat(train(data, "--label", "anomaly")).isEqualTo(2);
    assertThat(errors.toString())
        .contains("data.csv: no normal row, column \"anomaly\" labels all 120 as anomalies");
  }

  @Test
  void shouldReadAFileAsTheOptionsSay() throws IOException {
    StringBuilder csv = new StringBuilder("x^y^state\n");
    Random random = new Random(6);
    for (int row = 0; row < 200; row++) {
      csv.append(
          String.format(
              Locale.ROOT,
              "%s^%d^%s%n",
              row % 10 == 0
                  ? "unknown"
                  : String.format(Locale.GERMAN, "%.3f", random.nextGaussian()),
              random.nextInt(9),
              row % 20 == 0 ? "bad" : "ok"));
    }
    Path data = write("data.csv", csv.toString());
    String[] options = {
      "--separator",
      "^",
      "--decimal",
      "comma",
      "--missing",
      "unknown",
      "--label",
      "state",
      "--normal-label",
      "ok"
    };
    assertThat(features(data, options)).isZero();
    assertThat(output.toString())
        .contains("missing in 10 of 190 records")
        .contains("x = continuous");
    assertThat(train(data, options)).isZero();
    assertThat(evaluate(directory.resolve("out/model.avro"), data, options)).isZero();
    assertThat(output.toString()).contains("normal records     190", "anomalies          10");
    assertThat(features(data, "--separator", "xy")).isEqualTo(2);
    assertThat(features(data, "--decimal", "dot")).isEqualTo(2);
    assertThat(errors.toString())
        .contains("--separator: \"xy\", expected comma, semicolon, tab, pipe or one character")
        .contains("--decimal: \"dot\", expected point or comma");
  }

  @Test
  void shouldComeOutAsTheSameModelAgainAndSayInWhatAnotherOneDiffers() throws IOException {
    Path data = write("data.csv", labelledRecords(200, 10));
    Path model = directory.resolve("out/model.avro");
    assertThat(train(data, "--label", "anomaly")).isZero();

    assertThat(verify(model)).isZero();
    assertThat(output.toString()).contains("8 probes score within");
    assertThat(verify(model, "--data", data.toString(), "--label", "anomaly")).isZero();
    assertThat(output.toString()).contains("The same model came out");

    Path others = write("others.csv", labelledRecords(210, 10));
    assertThat(verify(model, "--data", others.toString(), "--label", "anomaly")).isEqualTo(3);
    assertThat(output.toString()).contains("Another model came out: the data are others");
    Files.delete(directory.resolve("out/training.json"));
    assertThat(verify(model, "--data", data.toString())).isEqualTo(2);
    assertThat(errors.toString()).contains("expected the training.json of the training");
  }

  @Test
  void shouldTrainOnTheFilesOfAFolder() throws IOException {
    Files.createDirectories(directory.resolve("days"));
    String[] lines = labelledRecords(100, 0).split("\n");
    for (int half = 0; half < 2; half++) {
      List<String> rows = new ArrayList<>(List.of(lines[0]));
      rows.addAll(List.of(lines).subList(1 + 50 * half, 51 + 50 * half));
      write("days/day-" + half + ".csv", String.join("\n", rows) + "\n");
    }
    write("days/notes.txt", "no records");
    assertThat(train(directory.resolve("days"))).isZero();
    assertThat(output.toString()).contains("100 normal records");
    Files.createDirectories(directory.resolve("empty"));
    assertThat(train(directory.resolve("empty"))).isEqualTo(2);
    assertThat(errors.toString()).contains("empty: a folder without records");
  }

  private int verify(Path model, String... more) {
    List<String> arguments = new ArrayList<>(List.of(model.toString()));
    arguments.addAll(List.of(more));
    return run(Lowtide.commandLine(new VerifyCommand()), arguments);
  }

  private int train(Path data, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--data",
                data.toString(),
                "--detector",
                "test",
                "--output",
                directory.resolve("out").toString()));
    arguments.addAll(List.of(QUICK));
    arguments.addAll(List.of(more));
    return run(Lowtide.commandLine(new TrainCommand()), arguments);
  }

  private int evaluate(Path model, Path data, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("--model", model.toString(), "--data", data.toString()));
    arguments.addAll(List.of(more));
    return run(Lowtide.commandLine(new EvaluateCommand()), arguments);
  }

  private int features(Path data, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--data", data.toString()));
    arguments.addAll(List.of(more));
    return run(Lowtide.commandLine(new FeaturesCommand()), arguments);
  }

  private int run(CommandLine command, List<String> arguments) {
    return command
        .setOut(new PrintWriter(output, true))
        .setErr(new PrintWriter(errors, true))
        .execute(arguments.toArray(String[]::new));
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  /** Two correlated columns; anomalies break the correlation. */
  private static String labelledRecords(int normals, int anomalies) {
    Random random = new Random(1);
    StringBuilder lines = new StringBuilder("x,y,anomaly\n");
    for (int row = 0; row < normals + anomalies; row++) {
      boolean anomalous = row >= normals;
      double x = anomalous ? 2.5 : random.nextGaussian();
      double y = (anomalous ? -x : x) + 0.3 * random.nextGaussian();
      lines.append(String.format(Locale.ROOT, "%.4f,%.4f,%d%n", x, y, anomalous ? 1 : 0));
    }
    return lines.toString();
  }
}
