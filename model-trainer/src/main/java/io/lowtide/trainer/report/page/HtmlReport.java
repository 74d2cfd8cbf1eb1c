package io.lowtide.trainer.report.page;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.schemas.DensityModel;
import io.lowtide.schemas.Lineage;
import io.lowtide.schemas.Provenance;
import io.lowtide.schemas.SolverCertificate;
import io.lowtide.schemas.TrainingSummary;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.report.PairDensity;
import io.lowtide.trainer.report.ReportedRun;
import io.lowtide.trainer.report.RunFacts;
import io.lowtide.trainer.report.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The report as one HTML file. It has no script, asks for nothing from anywhere, and its content
 * security policy allows nothing but its own style sheet, by the hash of it.
 */
public final class HtmlReport {

  private static final String STYLE = resource("report.css");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final RunFacts facts;
  private final ReportedRun run;
  private final ModelBundle model;
  private final DensityModel record;
  private final Verdict verdict;
  private final Markup page = new Markup();
  private final Map<String, String> sections = new LinkedHashMap<>();

  private HtmlReport(RunFacts facts) {
    this.facts = facts;
    this.run = facts.run();
    this.model = run.model();
    this.record = model.record();
    this.verdict = facts.verdict();
  }

  /** The whole file. */
  public static String of(RunFacts facts) {
    return new HtmlReport(facts).text();
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What browsers compare the style sheet with (CSP level 3, section 6.7.3.3). */
  private static String hashOf(String style) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private String text() {
    addSections();
    Markup body = new Markup();
    body.open("body");
    body.element("a", "Skip to the report", "class", "skip", "href", "#report");
    addTop(body);
    body.open("main", "id", "report");
    addStatus(body);
    body.open("nav", "aria-label", "Sections");
    sections.forEach((id, title) -> body.element("a", title, "href", "#" + id));
    body.close();
    body.add(page);
    body.close();
    body.element(
        "footer",
        "Made by Lowtide "
            + record.getProvenance().getLowtideVersion()
            + ". This file is complete: it loads nothing, and runs nothing.");
    body.close();
    // The policy does not govern what stands before it.
    String head =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + new Markup()
                .empty(
                    "meta",
                    "http-equiv",
                    "Content-Security-Policy",
                    "content",
                    "default-src 'none'; style-src '"
                        + hashOf(STYLE)
                        + "'; base-uri 'none'; form-action 'none'")
            + "\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + "<meta name=\"color-scheme\" content=\"light dark\">\n"
            + "<meta name=\"referrer\" content=\"no-referrer\">\n"
            + new Markup().element("title", kind() + ": " + model.detector())
            + "\n<style>"
            + STYLE
            + "</style>\n</head>\n";
    return head + body + "\n</html>\n";
  }

  private String kind() {
    return run.decision().isPresent() ? "Retraining" : "Training";
  }

  private void addTop(Markup body) {
    body.open("header", "class", "top");
    body.open("p", "class", "brand");
    body.open("svg", "viewBox", "0 0 32 32", "aria-hidden", "true");
    body.shape("rect", "class", "sea", "width", "32", "height", "32", "rx", "8");
    body.shape("path", "class", "far", "d", "M4 12c4 0 4 3 8 3s4-3 8-3 4 3 8 3");
    body.shape("path", "class", "near", "d", "M4 20c4 0 4 3 8 3s4-3 8-3 4 3 8 3");
    body.close();
    body.text("Lowtide").close();
    body.open("p").text(kind() + " of ").element("b", Figures.name(model.detector())).close();
    body.element("p", TIME.format(record.getCreatedAt()), "class", "when");
    body.close();
  }

  private void addStatus(Markup body) {
    body.open("section", "class", verdict.fine() ? "status fine" : "status look");
    body.element("h1", verdict.headline());
    body.element("p", verdict.text());
    TrainingSummary training = record.getTraining();
    SolverCertificate certificate = record.getSolver().getCertificate();
    List<List<String>> list = new ArrayList<>();
    list.add(List.of("Model", model.version()));
    list.add(List.of("Records", Figures.count(record.getProvenance().getRows())));
    list.add(List.of("Fields", Figures.count(model.encoder().inputs().size())));
    list.add(List.of("False-alarm budget", Figures.percent(model.calibration().defaultBudget())));
    if (certificate != null) {
      list.add(
          List.of("Evaluations per score", Figures.fixed(1, certificate.getMeanEvaluations())));
    }
    list.add(List.of("Trained in", Figures.seconds(training.getSeconds())));
    Tables.facts(body, list);
    body.close();
  }

  private void begin(String id, String title) {
    sections.put(id, title);
    page.open("section", "class", "card", "id", id);
    page.element("h2", title);
  }

  private void note(String text) {
    page.element("p", text, "class", "note");
  }

  private void addSections() {
    run.decision()
        .ifPresent(
            decision -> {
              begin("models", "Champion and challengers");
              ComparisonSection.add(page, decision);
              page.close();
            });
    if (!run.precision().isEmpty()) {
      begin("feedback", "What people said of the alerts");
      ComparisonSection.addPrecision(page, run.precision());
      note(
          "Precision: of the alerts and episodes of a severity that somebody judged, the share"
              + " that was called an anomaly.");
      page.close();
    }
    addDensity();
    addTrust();
    addLearning();
    begin("fields", "What went in");
    note(
        Figures.count(record.getProvenance().getRows())
            + " normal records of "
            + run.records().source()
            + (facts.looked() < run.records().size()
                ? "; of " + Figures.count(facts.looked()) + ", evenly spread, this page tells."
                : "."));
    FieldsSection.add(page, facts);
    page.close();
    begin("unlikely", "Least likely records");
    note(
        "The least likely of "
            + Figures.count(facts.looked())
            + " records, as an alert would explain them. The model has learned from most of them: on"
            + " the stream such records are rarer still. If one is no normal record, leave it out"
            + " and train again.");
    UnlikelySection.add(page, facts.unlikely());
    page.close();
    addCost();
    addProvenance();
    begin("limits", "Known limits");
    page.open("ul");
    facts.limits().forEach(limit -> page.element("li", limit));
    page.close().close();
  }

  private void addDensity() {
    if (facts.pairs().isEmpty()) {
      return;
    }
    begin("density", "What was learned");
    page.open("p", "class", "legend");
    for (int i = PairDensity.SHARES.size() - 1; i >= 0; i--) {
      String percent = String.format(Locale.ROOT, "%.0f", 100 * PairDensity.SHARES.get(i));
      page.open("span").element("i", "", "class", "mark mass" + percent);
      page.text(percent + " % of the model's draws").close();
    }
    page.open("span").element("i", "", "class", "mark records").text("records").close();
    page.open("span").element("i", "", "class", "mark unlikely").text("least likely records");
    page.close().close();
    page.open("div", "class", "figures");
    facts.pairs().forEach(pair -> page.open("figure").add(DensityFigure.of(pair)).close());
    page.close();
    note(
        "The pairs of fields that say most about each other, by their mutual information in the"
            + " records. Each picture is the model's density of two fields, whatever the others are"
            + " (the marginal), estimated from its draws: 16,384 points of the base density,"
            + " integrated through the flow, each under the categories and the context of one of the"
            + " records. The kernel that smooths them is as wide as makes one half of the draws most"
            + " probable under the other.");
    Tables.behind(
        page,
        "The pairs as a table",
        List.of("Fields", "Mutual information, nats", "Kernel, share of the axis"),
        facts.pairs().stream()
            .map(
                pair ->
                    List.of(
                        Figures.name(pair.first()) + ", " + Figures.name(pair.second()),
                        Figures.fixed(3, pair.dependence()),
                        Figures.percent(pair.smoothing() / PairDensity.GRID)))
            .toList());
    page.close();
  }

  private void addTrust() {
    begin("calibration", "Calibration");
    page.open("div", "class", "figures");
    List<ReportedRun.HeldOut> curves =
        run.heldOut().stream()
            .filter(held -> held.pValues().sorted().length > 0)
            .limit(CalibrationFigure.MOST_CURVES)
            .toList();
    double budget = model.calibration().defaultBudget();
    if (!curves.isEmpty()) {
      CalibrationFigure figure = new CalibrationFigure(curves, budget);
      page.open("figure").add(figure.whole());
      page.open("figcaption").text("p-values of records that the model does not know").close();
      page.close();
      page.open("figure").add(figure.tail());
      page.open("figcaption").text("The small ones, which decide on alerts").close();
      page.close();
      page.open("div", "class", "wide");
      figure.legend(page);
      figure.table(page);
      page.close();
    }
    ScoreFigure scores = new ScoreFigure(model.calibration(), record.getCalibration());
    page.open("figure").add(scores.drawing());
    page.open("figcaption").text(scores.note()).close();
    page.close();
    page.open("div", "class", "side");
    note(
        "A p-value is the share of normal records that are at least as improbable, from "
            + Figures.count(model.calibration().size())
            + " calibration records that had no part in the fit they are scored by. Where it can be"
            + " trusted, it is uniform: as many records below 1 % as 1 %.");
    if (run.decision().isEmpty()) {
      note(
          "The records held out of the fit come from the same time as those of the calibration: they"
              + " show that the model ranks records it does not know as it ranks those it knows, and"
              + " cannot show whether what is normal moves."
              + (run.newestTenth().isPresent() ? " " + run.newestTenth().get().text() + "." : ""));
    } else {
      note(
          "The records are the newest ones, which no challenger has seen: a curve off the band is a"
              + " model that is not calibrated on what came after.");
    }
    scores.table(page);
    page.close().close().close();
  }

  private void addLearning() {
    List<ReportedRun.Fit> fits =
        run.fits().stream().filter(fit -> !fit.history().isEmpty()).toList();
    if (fits.isEmpty()) {
      return;
    }
    begin("learning", "Learning curves");
    page.open("p", "class", "legend");
    for (String[] mark :
        new String[][] {
          {"training", "training"},
          {"validation", "validation"},
          {"forward", "forward solves"},
          {"backward", "adjoint solves"}
        }) {
      page.open("span").element("i", "", "class", "mark " + mark[0]).text(mark[1]).close();
    }
    page.open("span").element("i", "", "class", "mark best").text("the model's parameters");
    page.close().close();
    page.open("div", "class", "figures");
    for (ReportedRun.Fit fit : fits) {
      LearningFigure figure = new LearningFigure(fit.name(), fit.history());
      String name = fits.size() == 1 ? "" : " of the " + fit.name() + " fit";
      page.open("figure").add(figure.losses());
      page.element("figcaption", "Negative log-likelihood" + name).close();
      page.open("figure").add(figure.evaluations());
      page.element("figcaption", "Evaluations of the vector field" + name).close();
      page.open("div", "class", "wide");
      figure.table(page);
      page.close();
    }
    page.close();
    note(
        "In nats, in the units that the flow sees: standardised, and with the noise of training. Where"
            + " training steps down while validation rises, the model is from before that.");
    page.close();
  }

  private void addCost() {
    begin("cost", "Cost");
    TrainingSummary training = record.getTraining();
    List<List<String>> list = new ArrayList<>();
    list.add(List.of("Trained in", Figures.seconds(training.getSeconds())));
    for (ReportedRun.Fit fit : run.fits()) {
      if (!fit.history().isEmpty()) {
        EpochReport last = fit.history().get(fit.history().size() - 1);
        list.add(
            List.of(
                run.fits().size() == 1 ? "Fit" : "Fit, " + fit.name(),
                Figures.count(last.iteration())
                    + " iterations in "
                    + Figures.seconds(last.seconds())));
        list.add(
            List.of(
                "Evaluations of a solve",
                Figures.fixed(0, last.forwardEvaluations())
                    + " forward, "
                    + Figures.fixed(0, last.backwardEvaluations())
                    + " adjoint"));
      }
    }
    list.add(List.of("Parameters", Figures.count(model.parameters().toArray().length)));
    SolverCertificate certificate = record.getSolver().getCertificate();
    if (certificate != null) {
      list.add(
          List.of(
              "A score",
              Figures.fixed(1, certificate.getMeanEvaluations()) + " evaluations of the field"));
      list.add(
          List.of(
              "Within " + Figures.number(certificate.getError99()) + " nats of exact integration",
              "99 % of " + Figures.count(certificate.getRecords()) + " records"));
      list.add(
          List.of(
              "Integrated adaptively instead",
              Figures.percent(certificate.getAdaptiveShare()) + " of them"));
    }
    Tables.facts(page, list);
    page.close();
  }

  private void addProvenance() {
    begin("provenance", "Provenance");
    Provenance provenance = record.getProvenance();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("Records", provenance.getSource()));
    rows.add(
        List.of(
            "Of them",
            Figures.count(record.getTraining().getTrainRecords())
                + " fitted, "
                + Figures.count(record.getTraining().getValidationRecords())
                + " to decide when to stop, "
                + Figures.count(record.getTraining().getCalibrationRecords())
                + " to calibrate"));
    rows.add(List.of("SHA-256 of the records", provenance.getDataSha256()));
    rows.add(List.of("SHA-256 of the model's content", model.contentSha256()));
    rows.add(List.of("SHA-256 of the bundle", record.getSha256()));
    rows.add(List.of("Seed", Long.toString(provenance.getSeed())));
    rows.add(List.of("Engine", provenance.getBackend()));
    rows.add(List.of("Java", provenance.getJavaVersion()));
    rows.add(List.of("Lowtide", provenance.getLowtideVersion()));
    rows.add(
        List.of("Ended", Instant.ofEpochMilli(record.getCreatedAt().toEpochMilli()).toString()));
    Lineage lineage = provenance.getLineage();
    if (lineage != null) {
      rows.add(List.of("Training run", lineage.getRun()));
      rows.add(List.of("Began with", lineage.getStart()));
      if (lineage.getParentVersion() != null) {
        rows.add(List.of("Compared with", lineage.getParentVersion()));
      }
    }
    Tables.add(page, "Where the model comes from", List.of("What", "Value"), rows);
    note(
        "`lowtide verify` re-derives the scores of the bundle's probes, and with the records at hand"
            + " trains once more: the same records, settings, seed, engine and machine give the same"
            + " content.");
    Tables.behind(
        page,
        "Settings",
        List.of("Setting", "Value"),
        new TreeMap<>(run.settings())
            .entrySet().stream()
                .map(setting -> List.of(setting.getKey(), setting.getValue()))
                .toList());
    page.close();
  }
}
