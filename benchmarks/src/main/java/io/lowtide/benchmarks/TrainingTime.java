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
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Time of a whole training, from a table in memory to a bundle: what the fit takes, and what comes
 * before and after it.
 *
 * <p>Arguments: demo, for the model of the demo, or ROWSxCOLUMNS, for a table of normal records;
 * then each side of the comparison as settings that differ from the defaults, name=value with
 * commas between them, or "defaults".
 */
public final class TrainingTime {

  private TrainingTime() {}

  /** The first of two turns pays for what a process loads once. */
  private static final int TURNS = 2;

  /** Prints a line for each training; the sides take turns. */
  public static void main(String[] arguments) {
    Table table = table(arguments[0]);
    List<String> sides = List.of(arguments).subList(1, arguments.length);
    for (int turn = 1; turn <= TURNS; turn++) {
      for (String side : sides) {
        print(side, table, turn);
      }
    }
  }

  private static Table table(String name) {
    if (name.equals("demo")) {
      return new MachinePark(20_000, 1, 1).trainingTable();
    }
    String[] size = name.split("x", 2);
    return mixture(Integer.parseInt(size[0]), Integer.parseInt(size[1]));
  }

  private static Map<String, String> settingsOf(String side) {
    return side.equals("defaults")
        ? Map.of()
        : Arrays.stream(side.split(","))
            .map(setting -> setting.split("=", 2))
            .collect(Collectors.toMap(setting -> setting[0], setting -> setting[1]));
  }

  private static void print(String side, Table table, int turn) {
    TrainingSettings settings = TrainingSettings.of(settingsOf(side));
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
        "%s, %,d rows of %d columns, %s, turn %d: %.2f s, of which %.2f s before the fit, %.2f s in"
            + " %d iterations of it with %.1f + %.1f evaluations at the end, %.2f s after it;"
            + " validation NLL %.4f; %s%n",
        table.source(),
        table.size(),
        table.columns().size(),
        side,
        turn,
        seconds,
        before,
        last.seconds(),
        last.iteration(),
        last.forwardEvaluations(),
        last.backwardEvaluations(),
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
