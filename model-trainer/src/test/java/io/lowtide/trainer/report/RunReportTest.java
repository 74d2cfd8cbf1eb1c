package io.lowtide.trainer.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.kafka.feedback.Precision;
import io.lowtide.schemas.SeverityLevel;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.PlanInference;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import io.lowtide.trainer.report.page.HtmlReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {

  private static final String HOSTILE_FIELD = "<script>alert('x')</script>";
  private static final String HOSTILE_VALUE = "\"><img src=x onerror=alert(1)> [a](javascript:b) |";
  private static final List<String> FIELDS = List.of("speed", HOSTILE_FIELD, "noise", "mode");

  private static TrainingResult result;
  private static ReportedRun run;
  private static RunFacts facts;
  private static String page;

  @TempDir private Path directory;

  @BeforeAll
  static void train() {
    Table records = records(1_800);
    result = trainer(Map.of("iterations", "150", "hidden.units", "16,16")).train(records);
    run =
        new ReportedRun(
            result.bundle(),
            result.records(),
            PlanInference.fields(records),
            List.of("Column \"<b>\": 3 far values"),
            3,
            List.of(new ReportedRun.Fit("model", result.history())),
            ReportedRun.of(result, List.of(), Optional.empty()).heldOut(),
            Optional.empty(),
            result.settings(),
            Optional.empty(),
            List.of(new Precision(Optional.of(SeverityLevel.HIGH), 3, 1)));
    facts = RunFacts.of(run);
    page = HtmlReport.of(facts);
  }

  private static FlowTrainer trainer(Map<String, String> settings) {
    return new FlowTrainer(
        TrainingEngines.of("vector"),
        "<detector>",
        TrainingSettings.of(settings),
        report -> {},
        Optional.empty());
  }

  /** The second field follows from the first, the third from none; values are missing in it. */
  private static Table records(int count) {
    Random random = new Random(7);
    double[][] rows = new double[count][];
    for (int row = 0; row < count; row++) {
      double speed = random.nextGaussian();
      rows[row] =
          new double[] {
            speed,
            speed * speed + 0.3 * random.nextGaussian(),
            random.nextInt(20) == 0 ? Double.NaN : 5 + random.nextGaussian(),
            random.nextInt(3) == 0 ? 1 : 0
          };
    }
    return new Table("test", FIELDS, rows, Map.of("mode", List.of("running", HOSTILE_VALUE)));
  }

  @Test
  void shouldShowHostileNamesAndValuesAndNeverObeyThem() {
    assertThat(page)
        .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")
        .contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;")
        .doesNotContain("<script", "<img", "<b>\"", "<detector>");
    assertThat(ModelCard.of(facts))
        .contains("&lt;script&gt;")
        .contains("\\[a\\](javascript:b) \\|")
        .doesNotContain("<script", "<img");
  }

  @Test
  void shouldHaveNoElementThatIsNotItsOwn() {
    Matcher elements =
        Pattern.compile("<([a-z0-9]+)((?: [a-zA-Z0-9-]+=\"[^\"]*\")*)/?>").matcher(page);
    List<String> names = new ArrayList<>();
    List<String> attributes = new ArrayList<>();
    while (elements.find()) {
      names.add(elements.group(1));
      Matcher attribute = Pattern.compile(" ([a-zA-Z0-9-]+)=\"").matcher(elements.group(2));
      while (attribute.find()) {
        attributes.add(attribute.group(1));
      }
    }
    assertThat(names).doesNotContain("script", "img", "iframe", "object", "link", "form", "use");
    assertThat(attributes)
        .noneMatch(name -> name.startsWith("on") || List.of("style", "src").contains(name));
    // Every opening bracket but the doctype's is an element's: nothing else got through unescaped.
    assertThat(page.chars().filter(c -> c == '<').count())
        .isEqualTo(names.size() + page.split("</", -1).length);
  }

  @Test
  void shouldAllowNothingButItsOwnStyleSheet() throws Exception {
    String style = page.substring(page.indexOf("<style>") + 7, page.indexOf("</style>"));
    String hash =
        Base64.getEncoder()
            .encodeToString(
                MessageDigest.getInstance("SHA-256")
                    .digest(style.getBytes(StandardCharsets.UTF_8)));
    assertThat(page)
        .contains(
            "http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src"
                + " &#39;sha256-"
                + hash
                + "&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\"");
    assertThat(page.indexOf("Content-Security-Policy")).isLessThan(page.indexOf("<style>"));
    assertThat(style).doesNotContain("url(", "@import");
    assertThat(page).doesNotContain("http://", "https://").containsPattern("href=\"#");
    assertThat(page).doesNotContainPattern("href=\"[^#]");
  }

  @Test
  void shouldTellEveryPictureToThoseWhoDoNotSeeIt() {
    int pictures = page.split("<svg ", -1).length - 1;
    int told = page.split("<svg [^>]*(aria-label|aria-hidden)=", -1).length - 1;
    assertThat(pictures).isGreaterThan(8).isEqualTo(told);
    assertThat(page).contains("The same as a table", "prefers-color-scheme: dark", "lang=\"en\"");
  }

  @Test
  void shouldChooseThePairThatSaysMostAboutEachOther() {
    assertThat(facts.pairs().get(0).first()).isEqualTo("speed");
    assertThat(facts.pairs().get(0).second()).isEqualTo(HOSTILE_FIELD);
    assertThat(facts.pairs().get(0).dependence()).isGreaterThan(0.3);
    assertThat(facts.pairs().get(1).dependence()).isLessThan(0.1);
  }

  @Test
  void shouldDrawFromTheDensityThatScores() {
    ScoredRecords records = ScoredRecords.of(result.bundle(), result.records());
    double[][] samples = ModelSamples.of(result.bundle(), records);
    assertThat(samples.length).isGreaterThan(ModelSamples.COUNT * 99 / 100);
    assertThat(ModelSamples.of(result.bundle(), records)).isDeepEqualTo(samples);
    // As likely as the records, but for the noise of training, which makes the density wider.
    ValueScorer scorer = new ValueScorer(result.bundle().encoder(), result.bundle().flow());
    double[] drawn = new double[2_000];
    int mode = result.bundle().encoder().layout().indexOfCategory(0);
    for (int i = 0; i < drawn.length; i++) {
      double[] values = new double[result.bundle().encoder().inputs().size()];
      System.arraycopy(samples[i], 0, values, 0, samples[i].length);
      values[mode] = i % 3 == 0 ? 1 : 0;
      drawn[i] = scorer.scoreOrLowest(values);
    }
    assertThat(Arrays.stream(drawn).average().orElseThrow())
        .isCloseTo(
            Arrays.stream(records.conformityScores())
                .filter(Double::isFinite)
                .average()
                .orElseThrow(),
            within(0.5));
    assertThat(mean(samples, 2)).isCloseTo(5, within(0.2));
  }

  private static double mean(double[][] rows, int column) {
    return Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElseThrow();
  }

  @Test
  void shouldHoldTheSharesOfTheDrawsThatItsRegionsSay() {
    PairDensity pair = facts.pairs().get(0);
    double[] inside = new double[PairDensity.SHARES.size()];
    double[][] drawn =
        ModelSamples.of(result.bundle(), ScoredRecords.of(result.bundle(), result.records()));
    for (double[] row : drawn) {
      int column = cell(pair.firstScale().of(row[0]), pair.firstSpan());
      int line = cell(pair.secondScale().of(row[1]), pair.secondSpan());
      for (int i = 0; i < inside.length; i++) {
        inside[i] +=
            column >= 0
                    && line >= 0
                    && pair.density()[line * PairDensity.GRID + column] >= pair.levels()[i]
                ? 1.0 / drawn.length
                : 0;
      }
    }
    for (int i = 0; i < inside.length; i++) {
      assertThat(inside[i]).isCloseTo(PairDensity.SHARES.get(i), within(0.04));
    }
  }

  private static int cell(double scaled, Span span) {
    int cell = (int) Math.floor((scaled - span.low()) / span.width() * PairDensity.GRID);
    return cell >= 0 && cell < PairDensity.GRID ? cell : -1;
  }

  @Test
  void shouldNameTheLeastLikelyRecordsAndWhy() {
    assertThat(facts.unlikely()).hasSize(UnlikelyRecord.SHOWN);
    double[] scores = ScoredRecords.of(result.bundle(), result.records()).conformityScores();
    assertThat(facts.unlikely())
        .isSortedAccordingTo(Comparator.comparingDouble(record -> scores[record.row()]));
    assertThat(scores[facts.unlikely().get(0).row()])
        .isEqualTo(Arrays.stream(scores).filter(Double::isFinite).min().orElseThrow());
    assertThat(page).contains("Least likely records", "Expected", "Nats");
  }

  @Test
  void shouldSayWhatPeopleSaidOfAlerts() {
    assertThat(page).contains("Precision per severity", "HIGH", "75.0\u00a0%");
    assertThat(ModelCard.of(facts)).contains("| HIGH | 4 | 3 | 1 | 75.0 % |");
  }

  @Test
  void shouldWriteReportAndCard() throws IOException {
    Path report = RunReport.write(run, directory.resolve("new"));
    assertThat(report).isEqualTo(directory.resolve("new/report.html"));
    assertThat(Files.readString(report)).startsWith("<!doctype html>").endsWith("</html>\n");
    assertThat(Files.size(report)).isLessThan(400_000);
    assertThat(directory.resolve("new/model-card.md")).content().startsWith("# Model card: ");
    TrainingReport.writeJson(
        result, List.of(), Optional.empty(), directory.resolve("training.json"));
    assertThat(TrainingReport.readHistory(directory.resolve("training.json")))
        .hasSameSizeAs(result.history())
        .last()
        .usingRecursiveComparison()
        .ignoringFields("iterations")
        .isEqualTo(result.history().get(result.history().size() - 1));
  }

  @Test
  void shouldStayWithinBoundsWhereThereAreManyFields() {
    Random random = new Random(1);
    int fields = 130;
    double[][] rows = new double[120][fields];
    for (double[] row : rows) {
      for (int i = 0; i < fields; i++) {
        row[i] = random.nextGaussian() + (i > 0 ? row[0] : 0);
      }
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      names.add("field" + i);
    }
    TrainingResult wide =
        trainer(
                Map.of(
                    "base",
                    "normal",
                    "iterations",
                    "2",
                    "hidden.units",
                    "8,8",
                    "calibration.folds",
                    "2",
                    "budget",
                    "0.05"))
            .train(new Table("wide", names, rows));
    RunFacts ofMany = RunFacts.of(ReportedRun.of(wide, List.of(), Optional.empty()));
    assertThat(ofMany.pairs()).hasSize(PairMeasurement.MOST_PAIRS);
    assertThat(ofMany.fieldsNotShown()).isEqualTo(fields - ofMany.fields().size());
    assertThat(HtmlReport.of(ofMany)).hasSizeLessThan(500_000).contains("82 more");
  }
}
