package io.lowtide.benchmarks.solver;

import io.lowtide.cli.Lowtide;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.FlowParameters;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.trainer.data.LabelledTable;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.evaluation.DetectionMetrics;
import io.lowtide.trainer.evaluation.Evaluation;
import io.lowtide.trainer.feature.LagColumns;
import io.lowtide.trainer.feature.RecordValues;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Evaluations of the vector field against the accuracy of the log-likelihood, for each way to
 * integrate one trained flow, measured by {@link Flow#reference}; {@code benchmarks/run-solvers}
 * runs it.
 */
@Command(
    name = "run-solvers",
    mixinStandardHelpOptions = true,
    description =
        "Prints evaluations per score and the error of the log-likelihood of normal records, for"
            + " adaptive solvers and fixed grids.")
public final class SolverFrontier implements Callable<Integer> {

  private static final double[] TOLERANCES = {1e-2, 1e-3, 1e-4, 1e-5, 1e-6};
  private static final int[] STEPS = {2, 3, 4, 5, 6, 8};
  private static final int[] ADAMS_STEPS = {8, 11, 14, 17, 20, 23};

  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "Model bundle.")
  private Path model;

  @Parameters(index = "1", paramLabel = "DATA", description = "Records, CSV or Avro.")
  private Path data;

  @Option(names = "--label", paramLabel = "COLUMN", description = "Column that marks anomalies.")
  private String label;

  @Option(
      names = "--records",
      defaultValue = "2000",
      description =
          "Normal records, and anomalies, at most of each, evenly spread over the file. Default:"
              + " ${DEFAULT-VALUE}.")
  private int records;

  /** Runs the comparison and ends the JVM. */
  public static void main(String[] arguments) {
    System.exit(Lowtide.commandLine(new SolverFrontier()).execute(arguments));
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }

  @Override
  public Integer call() throws Exception {
    ModelBundle bundle = BundleFiles.read(model);
    LabelledTable read =
        RecordFiles.of(data)
            .read(Evaluation.selection(bundle, Optional.ofNullable(label), Optional.empty()));
    LabelledTable labelled =
        new LabelledTable(
            LagColumns.add(read.table(), bundle.encoder().inputs(), Optional.empty()),
            read.anomalous());
    List<double[]> rows =
        new ArrayList<>(spread(RecordValues.of(bundle.encoder(), labelled.normal())));
    int normals = rows.size();
    rows.addAll(spread(RecordValues.of(bundle.encoder(), labelled.anomalies())));
    double[] reference =
        new Scores(
                bundle,
                Flow.reference(new FlowParameters(bundle.parameters(), bundle.flow().base())),
                rows)
            .conformityScores;
    out()
        .println(
            "| solver | evaluations | median error | 99 % | largest | anomalies, evaluations | AUROC |");
    out().println("|---|---|---|---|---|---|---|");
    print("as in the model", bundle, bundle.flow().solver(), rows, normals, reference);
    for (ButcherTableau method :
        new ButcherTableau[] {ButcherTableau.DORMAND_PRINCE, ButcherTableau.TSITOURAS}) {
      for (double tolerance : TOLERANCES) {
        SolverSettings settings = SolverSettings.adaptive(method, tolerance, 1_000);
        print(
            String.format(Locale.ROOT, "%s, %.0e", method.label(), tolerance),
            bundle,
            settings,
            rows,
            normals,
            reference);
      }
    }
    for (ButcherTableau method :
        new ButcherTableau[] {
          ButcherTableau.DORMAND_PRINCE, ButcherTableau.TSITOURAS, ButcherTableau.RUNGE_KUTTA_4
        }) {
      for (int steps : STEPS) {
        print(
            method.label() + ", " + steps + " equal steps",
            bundle,
            SolverSettings.fixedGrid(method, steps),
            rows,
            normals,
            reference);
      }
    }
    for (int steps : ADAMS_STEPS) {
      print(
          "adams, " + steps + " steps",
          bundle,
          SolverSettings.adamsGrid(steps),
          rows,
          normals,
          reference);
    }
    return 0;
  }

  private List<double[]> spread(double[][] rows) {
    int count = Math.min(records, rows.length);
    return IntStream.range(0, count)
        .mapToObj(i -> rows[(int) ((long) i * rows.length / count)])
        .toList();
  }

  private void print(
      String name,
      ModelBundle bundle,
      SolverSettings settings,
      List<double[]> rows,
      int normals,
      double[] reference) {
    Scores scores = new Scores(bundle, bundle.flow().withSolver(settings), rows);
    // Errors of the log-likelihood, too: what missing values add is the same on both sides.
    double[] errors =
        IntStream.range(0, normals)
            .mapToDouble(i -> Math.abs(scores.conformityScores[i] - reference[i]))
            .sorted()
            .toArray();
    boolean[] anomalous = new boolean[rows.size()];
    Arrays.fill(anomalous, normals, anomalous.length, true);
    out()
        .printf(
            Locale.ROOT,
            "| %s | %.1f | %.1e | %.1e | %.1e | %.1f | %.4f |%n",
            name,
            scores.meanEvaluations(0, normals),
            errors[normals / 2],
            errors[(int) (0.99 * (normals - 1))],
            errors[normals - 1],
            scores.meanEvaluations(normals, rows.size()),
            normals < rows.size()
                ? DetectionMetrics.of(scores.conformityScores, anomalous).areaUnderCurve()
                : Double.NaN);
  }

  /** Conformity scores, negative infinity where there is none, and evaluations of all rows. */
  private static final class Scores {

    private final double[] conformityScores;
    private final int[] evaluations;

    Scores(ModelBundle bundle, Flow flow, List<double[]> rows) {
      ValueScorer scorer = new ValueScorer(bundle.encoder(), flow);
      conformityScores = new double[rows.size()];
      evaluations = new int[rows.size()];
      for (int row = 0; row < conformityScores.length; row++) {
        conformityScores[row] = scorer.scoreOrLowest(rows.get(row));
        evaluations[row] = scorer.evaluations();
      }
    }

    double meanEvaluations(int from, int to) {
      return Arrays.stream(evaluations, from, to).average().orElse(Double.NaN);
    }
  }
}
