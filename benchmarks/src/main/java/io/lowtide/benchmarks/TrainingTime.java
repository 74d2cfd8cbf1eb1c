package io.lowtide.benchmarks;

import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.trainer.data.Table;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.fit.EpochReport;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingResult;
import io.lowtide.trainer.fit.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Time of a whole training with the default settings, from a table in memory to a bundle: what the
 * fit takes, and what comes before and after it.
 *
 * <p>Arguments: the engine (auto), then demo, for the model of the demo, or rows and columns of a
 * table of normal records.
 */
public final class TrainingTime {

  private TrainingTime() {}

  /** Prints a line for each of two trainings: the first pays for what a process loads once. */
  public static void main(String[] arguments) {
    String engine = arguments[0];
    Table table =
        arguments[1].equals("demo")
            ? new MachinePark(20_000, 1, 1).trainingTable()
            : mixture(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    for (int turn = 1; turn <= 2; turn++) {
      print(engine, table, turn);
    }
  }

  private static void print(String engine, Table table, int turn) {
    TrainingSettings settings = TrainingSettings.of(Map.of("engine", engine));
    List<Double> firstReport = new ArrayList<>();
    long started = System.nanoTime();
    TrainingResult result =
        new FlowTrainer(
                TrainingEngines.of(settings.engine()),
                "benchmark",
                settings,
                report -> firstReport.add((System.nanoTime() - started) / 1e9),
                Optional.empty())
            .train(table);
    double seconds = (System.nanoTime() - started) / 1e9;
    EpochReport last = result.history().get(result.history().size() - 1);
    double before = firstReport.get(0) - result.history().get(0).seconds();
    System.out.printf(
        Locale.ROOT,
        "%s, %,d rows of %d columns, turn %d: %.2f s, of which %.2f s before the fit, %.2f s in %d"
            + " iterations of it, %.2f s after it; validation NLL %.4f; %s%n",
        table.source(),
        table.size(),
        table.columns().size(),
        turn,
        seconds,
        before,
        last.seconds(),
        last.iteration(),
        seconds - before - last.seconds(),
        result.bundle().record().getTraining().getValidationNegativeLogLikelihood(),
        result.bundle().record().getProvenance().getBackend());
  }

  /** Four bent Gaussians. */
  private static Table mixture(int rows, int columns) {
    Random random = new Random(1);
    double[][] mix = new double[columns][];
    Arrays.setAll(mix, i -> random.doubles(columns, -1, 1).toArray());
    double[][] centres = new double[4][];
    Arrays.setAll(centres, i -> random.doubles(columns, -2.5, 2.5).toArray());
    double[][] values = new double[rows][];
    for (int row = 0; row < rows; row++) {
      double[] z = random.doubles(columns, -1.7, 1.7).toArray();
      double[] centre = centres[random.nextInt(centres.length)];
      values[row] = new double[columns];
      for (int column = 0; column < columns; column++) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += z[k] * mix[column][k];
        }
        values[row][column] =
            Math.tanh(sum / Math.sqrt(columns)) + 0.3 * random.nextGaussian() + centre[column];
      }
    }
    return new Table(
        "mixture", IntStream.range(0, columns).mapToObj(column -> "x" + column).toList(), values);
  }
}
