package io.lowtide.benchmarks;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.likelihood.ValueScorer;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.data.TableSelection;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.feature.RecordValues;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * How long training takes until held-out records are as probable as FFJORD's own authors' code
 * makes them: that code (benchmarks/reference/ffjord_authors.py) trains for so many seconds, then
 * Lowtide trains whole models, shorter ones first, until one is at least as good.
 *
 * <p>Of a set's normal records every fifth is held out, or fewer, so that they are {@value
 * #MOST_HELD_OUT} or so. Columns are standardised by the others and get Gaussian noise of {@value
 * #NOISE} standard deviations, so that no column has values that repeat, whose density has no
 * bound; constant ones are left out. Both sides read the same numbers, and both likelihoods are
 * those of the same records in the same units. Lowtide's time is that of the whole training, from
 * the table to the calibrated bundle; the reference's that of its iterations alone.
 *
 * <p>Arguments: the reference's command, split at blanks and without its files, limit and options
 * (python3 benchmarks/reference/ffjord_authors.py CLONE), seconds for the reference, threads of
 * both, and the labelled sets.
 */
public final class LikelihoodTime {

  private static final double NOISE = 0.1;
  private static final int LEAST_HELD_OUT_EVERY = 5;
  private static final int MOST_HELD_OUT = 2000;
  private static final String LABEL = "anomaly";

  /** The authors' default, and a faster one. */
  private static final List<String> REFERENCE_RATES = List.of("1e-3", "5e-3");

  /** The same objective as the reference's. */
  private static final Map<String, String> LIKE_FOR_LIKE =
      Map.of("base", "normal", "smoothing", "0", "kinetic.penalty", "0", "jacobian.penalty", "0");

  private static final Map<String, String> DEFAULTS = Map.of();

  private static final int[] ITERATIONS = {50, 100, 200, 400, 800, 1500};

  private LikelihoodTime() {}

  /** Prints a line for each training. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<String> command = List.of(arguments[0].split(" "));
    String seconds = arguments[1];
    String threads = arguments[2];
    for (String file : List.of(arguments).subList(3, arguments.length)) {
      compare(command, seconds, threads, Path.of(file));
    }
  }

  private static void compare(List<String> command, String seconds, String threads, Path file)
      throws IOException, InterruptedException {
    Split split = Split.of(RecordFiles.of(file).read(TableSelection.labelled(LABEL)).normal());
    String name = file.getFileName().toString().replaceFirst("\\.csv$", "");
    System.out.printf(
        Locale.ROOT,
        "%s: %,d records of %d columns to train on, %,d held out%n",
        name,
        split.training().size(),
        split.training().columns().size(),
        split.heldOut().size());
    Likelihood best = null;
    for (String rate : REFERENCE_RATES) {
      Likelihood reached = reference(command, seconds, threads, rate, split);
      System.out.printf(
          Locale.ROOT,
          "%s: reference, rate %s: least NLL %.3f after %.1f of %s s%n",
          name,
          rate,
          reached.negativeLogLikelihood(),
          reached.seconds(),
          seconds);
      if (best == null || reached.negativeLogLikelihood() < best.negativeLogLikelihood()) {
        best = reached;
      }
    }
    compare(name, "like for like", LIKE_FOR_LIKE, split, best);
    compare(name, "default settings", DEFAULTS, split, best);
  }

  /** How probable held-out records are, and after how long. */
  private record Likelihood(double seconds, double negativeLogLikelihood) {}

  private static void compare(
      String name, String side, Map<String, String> settings, Split split, Likelihood reference) {
    for (int iterations : ITERATIONS) {
      Likelihood reached = lowtide(settings, iterations, split);
      boolean asGood = reached.negativeLogLikelihood() <= reference.negativeLogLikelihood();
      System.out.printf(
          Locale.ROOT,
          "%s: lowtide, %s, %d iterations: NLL %.3f after %.2f s%s%n",
          name,
          side,
          iterations,
          reached.negativeLogLikelihood(),
          reached.seconds(),
          asGood
              ? String.format(
                  Locale.ROOT,
                  ": as good in 1/%.1f of the time",
                  reference.seconds() / reached.seconds())
              : "");
      if (asGood) {
        return;
      }
    }
  }

  private static Likelihood lowtide(Map<String, String> settings, int iterations, Split split) {
    Map<String, String> named = new HashMap<>(settings);
    named.put("iterations", String.valueOf(iterations));
    named.put("engine", "vector");
    TrainingSettings checked = TrainingSettings.of(named);
    long started = System.nanoTime();
    ModelBundle bundle =
        new FlowTrainer(
                TrainingEngines.of(checked.engine()),
                "benchmark",
                checked,
                report -> {},
                Optional.empty())
            .train(split.training())
            .bundle();
    double seconds = (System.nanoTime() - started) / 1e9;
    ValueScorer scorer = new ValueScorer(bundle.encoder(), bundle.flow());
    double sum = 0;
    for (double[] values : RecordValues.of(bundle.encoder(), split.heldOut())) {
      sum -= scorer.scoreOrLowest(values);
    }
    return new Likelihood(seconds, sum / split.heldOut().size());
  }

  private static Likelihood reference(
      List<String> command, String seconds, String threads, String rate, Split split)
      throws IOException, InterruptedException {
    Path training = Files.createTempFile("likelihood-time-training", ".csv");
    Path heldOut = Files.createTempFile("likelihood-time-held-out", ".csv");
    try {
      List<String> complete = new ArrayList<>(command);
      complete.add(write(split.training(), training));
      complete.add(write(split.heldOut(), heldOut));
      complete.addAll(List.of(seconds, threads, rate));
      return best(complete);
    } finally {
      Files.delete(training);
      Files.delete(heldOut);
    }
  }

  /** The best of what a command prints, a line for each validation. */
  private static Likelihood best(List<String> complete) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(complete).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Likelihood best = null;
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] numbers = line.split(" ");
        Likelihood reached =
            new Likelihood(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[3]));
        if (best == null || reached.negativeLogLikelihood() < best.negativeLogLikelihood()) {
          best = reached;
        }
      }
    }
    if (process.waitFor() != 0 || best == null) {
      throw new IOException(String.join(" ", complete) + ": ended without a likelihood");
    }
    return best;
  }

  private static String write(Table table, Path file) throws IOException {
    Files.write(
        file,
        Arrays.stream(table.rows())
            .map(row -> Arrays.stream(row).mapToObj(String::valueOf))
            .map(row -> row.collect(Collectors.joining(",")))
            .toList());
    return file.toString();
  }

  private record Split(Table training, Table heldOut) {

    static Split of(Table normal) {
      List<double[]> training = new ArrayList<>();
      List<double[]> heldOut = new ArrayList<>();
      int every = Math.max(LEAST_HELD_OUT_EVERY, normal.size() / MOST_HELD_OUT);
      for (int row = 0; row < normal.size(); row++) {
        (row % every == 0 ? heldOut : training).add(normal.rows()[row]);
      }
      int columns = normal.columns().size();
      double[] mean = new double[columns];
      double[] deviation = new double[columns];
      for (double[] row : training) {
        for (int column = 0; column < columns; column++) {
          mean[column] += row[column] / training.size();
        }
      }
      for (double[] row : training) {
        for (int column = 0; column < columns; column++) {
          deviation[column] += Math.pow(row[column] - mean[column], 2) / training.size();
        }
      }
      List<Integer> varying = new ArrayList<>();
      for (int column = 0; column < columns; column++) {
        deviation[column] = Math.sqrt(deviation[column]);
        if (deviation[column] > 0) {
          varying.add(column);
        }
      }
      Random random = new Random(1);
      List<String> names = varying.stream().map(normal.columns()::get).toList();
      return new Split(
          table(names, training, varying, mean, deviation, random),
          table(names, heldOut, varying, mean, deviation, random));
    }

    private static Table table(
        List<String> names,
        List<double[]> rows,
        List<Integer> columns,
        double[] mean,
        double[] deviation,
        Random random) {
      return new Table(
          "standardised",
          names,
          rows.stream()
              .map(
                  row ->
                      columns.stream()
                          .mapToDouble(
                              c ->
                                  (row[c] - mean[c]) / deviation[c] + NOISE * random.nextGaussian())
                          .toArray())
              .toArray(double[][]::new));
    }
  }
}
