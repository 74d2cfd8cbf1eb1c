package io.lowtide.benchmarks.drift;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.calibration.ConformalCalibration;
import io.lowtide.density.drift.DriftNews;
import io.lowtide.density.drift.DriftReference;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.density.drift.DriftWatch;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.quickstart.traffic.MachinePark;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * How often the watch over drift raises a false alarm, what it takes for one, and how soon it sees
 * shifts; as tables in Markdown. With the bundle of the demo also for its records.
 */
public final class DriftSimulation {

  private static final double BUDGET = 0.01;
  private static final int KEYS = 40;
  private static final long BETWEEN_RECORDS = 250;
  private static final DriftSettings DEFAULT = new DriftSettings(1e7, 0.02, Duration.ofMinutes(10));
  private static final DriftSettings STRICT = new DriftSettings(1e7, 0, Duration.ofMinutes(10));
  private static final int CALIBRATION_RECORDS = 4_000;
  private static final long BEFORE = 20_000;
  private static final long LONGEST = 400_000;

  private final PrintStream out;

  /** Conformity scores of a stream. */
  private interface Scores {

    /**
     * @param number of the record, from 0; below it is of the calibration
     */
    double next(Random random, int key, long number);
  }

  private DriftSimulation(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs it.
   *
   * @param arguments the demo's bundle, if its records are to be looked at, too
   */
  public static void main(String[] arguments) throws IOException, BundleException {
    DriftSimulation simulation = new DriftSimulation(System.out);
    simulation.falseAlarms();
    simulation.otherChanges();
    simulation.delays();
    if (arguments.length > 0) {
      simulation.demo(BundleFiles.read(Path.of(arguments[0])));
    }
    simulation.speed();
  }

  private void falseAlarms() {
    title("False alarms");
    out.println("| what | records | allowed | alarms |");
    out.println("|---|---|---|---|");
    for (boolean upper : new boolean[] {true, false}) {
      edge(upper);
    }
    for (int records : new int[] {500, CALIBRATION_RECORDS}) {
      DriftSettings often = new DriftSettings(1e5, 0, Duration.ZERO);
      count(
          "independent, " + records + " calibration records, no tolerance",
          records,
          often,
          100,
          1_000_000,
          KEYS,
          () -> gaussian(1, 0));
      count(
          "independent, " + records + " calibration records, as by default",
          records,
          DEFAULT,
          100,
          1_000_000,
          KEYS,
          () -> gaussian(1, 0));
    }
    for (double correlation : new double[] {0.5, 0.9, 0.99}) {
      for (int keys : new int[] {1, KEYS}) {
        count(
            "autoregressive, correlation " + correlation + ", keys " + keys,
            CALIBRATION_RECORDS,
            DEFAULT,
            40,
            500_000,
            keys,
            () -> autoregressive(correlation, keys));
      }
    }
    for (int silent : new int[] {0, 2, 8}) {
      count(
          "keys of different levels (0.5 standard deviations), " + silent + " fall silent",
          CALIBRATION_RECORDS,
          DEFAULT,
          40,
          500_000,
          KEYS,
          () -> levels(0.5, silent));
    }
  }

  /** Independent records of the worst distribution that is no drift. */
  private void edge(boolean upper) {
    DriftSettings often = new DriftSettings(20_000, 0, Duration.ZERO);
    Random random = new Random(1);
    long records = 0;
    int alarms = 0;
    for (int set = 0; set < 20; set++) {
      double[] scores = random.doubles(CALIBRATION_RECORDS).toArray();
      DriftReference reference =
          new DriftReference(ConformalCalibration.fit(scores, BUDGET), BUDGET, 0);
      double[] edges = reference.worstCase(upper);
      DriftWatch watch = new DriftWatch(reference, often);
      for (int i = 0; i < 1_000_000; i++) {
        records++;
        double pValue = pValue(random.nextDouble(), edges, reference);
        alarms += isAlarm(watch.after(pValue, random.nextInt(KEYS) * 31, records)) ? 1 : 0;
      }
    }
    row(
        "independent, at the " + (upper ? "upper" : "lower") + " edge of what is no drift",
        records,
        records / often.falseAlarmRecords(),
        alarms);
  }

  /** A p-value of a distribution that is given at the levels. */
  private static double pValue(double point, double[] edges, DriftReference reference) {
    int level = 0;
    while (level < edges.length && point > edges[level]) {
      level++;
    }
    return level == edges.length ? 1 : reference.levelOf(level) * 0.999;
  }

  private static boolean isAlarm(Optional<DriftNews> news) {
    return news.isPresent() && news.get() instanceof DriftNews.Raised;
  }

  private void otherChanges() {
    title("What is, and is not, taken for drift");
    out.println("| what | records | allowed | alarms |");
    out.println("|---|---|---|---|");
    for (double share : new double[] {0.01, 0.02, 0.03, 0.05}) {
      count(
          percent(share) + " anomalies from the beginning",
          CALIBRATION_RECORDS,
          DEFAULT,
          20,
          500_000,
          KEYS,
          () ->
              (random, key, number) ->
                  number >= 0 && random.nextDouble() < share ? -1e3 : half(random.nextGaussian()));
    }
    for (int keys : new int[] {2, 4, 6, 8, 20, KEYS}) {
      for (int minutes : new int[] {5, 15, 240}) {
        long from = 30_000;
        long to = from + minutes * 60_000L / BETWEEN_RECORDS;
        count(
            keys + " of 40 keys anomalous for " + minutes + " min",
            CALIBRATION_RECORDS,
            DEFAULT,
            20,
            100_000,
            KEYS,
            () ->
                (random, key, number) ->
                    number >= from && number < to && key < keys
                        ? -1e3
                        : half(random.nextGaussian()));
      }
    }
  }

  private void delays() {
    title("Records until a shift is seen: Gaussian records");
    out.println("| fields | calibration records | tolerance | shift | median | 90 % | not seen |");
    out.println("|---|---|---|---|---|---|---|");
    for (int fields : new int[] {1, 8}) {
      for (int records : new int[] {1_000, CALIBRATION_RECORDS, 20_000}) {
        for (DriftSettings settings : List.of(DEFAULT, STRICT)) {
          for (double shift : new double[] {0.25, 0.5, 1, 2}) {
            delay(fields, records, settings, shift);
          }
        }
      }
    }
  }

  private void delay(int fields, int calibrationRecords, DriftSettings settings, double shift) {
    List<Long> delays = new ArrayList<>();
    int runs = 60;
    for (int run = 0; run < runs; run++) {
      Random random = new Random(1_000 + run);
      ConformalCalibration calibration =
          calibration(random, calibrationRecords, gaussian(fields, 0), KEYS);
      DriftWatch watch = watch(calibration, settings);
      Scores before = gaussian(fields, 0);
      Scores after = gaussian(fields, shift);
      for (long i = 0; i < BEFORE; i++) {
        send(watch, calibration, before, random, KEYS, i);
      }
      for (long i = 0; i < LONGEST; i++) {
        if (isAlarm(send(watch, calibration, after, random, KEYS, BEFORE + i))) {
          delays.add(i + 1);
          break;
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "| %d | %,d | %s | %s | %s | %s | %d of %d |%n",
        fields,
        calibrationRecords,
        percent(settings.tolerance()),
        shift,
        quantile(delays, runs, 0.5),
        quantile(delays, runs, 0.9),
        runs - delays.size(),
        runs);
  }

  private void demo(ModelBundle bundle) {
    title("Records until a shift of one field is seen: the demo's machine park");
    out.println("| field | shift | median | 90 % | not seen |");
    out.println("|---|---|---|---|---|");
    MachinePark park = new MachinePark(20_000, 100_000, 1);
    double[][] rows = park.trainingTable().rows();
    List<String> columns = park.trainingTable().columns();
    for (int column = 0; column < columns.size(); column++) {
      double deviation = deviation(rows, column);
      for (double shift : new double[] {0.25, 0.5, 1}) {
        demoDelay(bundle, columns.get(column), shift, shift * deviation);
      }
    }
    demoDelay(bundle, "load of the heavy mode", 0.1, Double.NaN);
    out.println();
    out.printf(
        Locale.ROOT, "Alarms in its 50,000 records, 1 %% anomalies: %d%n", demoAlarms(bundle));
  }

  private static double deviation(double[][] rows, int column) {
    double sum = 0;
    double squares = 0;
    for (double[] row : rows) {
      sum += row[column];
      squares += row[column] * row[column];
    }
    double mean = sum / rows.length;
    return Math.sqrt(squares / rows.length - mean * mean);
  }

  private void demoDelay(ModelBundle bundle, String field, double shift, double by) {
    List<Long> delays = new ArrayList<>();
    int runs = 10;
    for (int run = 0; run < runs; run++) {
      MachinePark park = new MachinePark(1_000, 10_000, 100 + run);
      MachinePark later =
          Double.isNaN(by)
              ? park.withHeavierLoad(40_000, 0)
              : new MachinePark(1_000, 40_000, 200 + run);
      DriftWatch watch = watch(bundle.calibration(), DEFAULT);
      RecordScorer scorer = new RecordScorer(bundle);
      long number = 0;
      for (Iterator<LabelledRecord> records = park.stream(); records.hasNext(); number++) {
        send(watch, scorer, records.next(), number);
      }
      long begun = number;
      for (Iterator<LabelledRecord> records = later.stream(); records.hasNext(); number++) {
        LabelledRecord record = records.next();
        if (!Double.isNaN(by)) {
          GenericRecord moved = new GenericData.Record((GenericData.Record) record.value(), true);
          moved.put(field, (double) moved.get(field) + by);
          record = new LabelledRecord(record.key(), moved, record.kind());
        }
        if (isAlarm(send(watch, scorer, record, number))) {
          delays.add(number - begun + 1);
          break;
        }
      }
    }
    out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %s | %d of %d |%n",
        field,
        shift,
        quantile(delays, runs, 0.5),
        quantile(delays, runs, 0.9),
        runs - delays.size(),
        runs);
  }

  private static int demoAlarms(ModelBundle bundle) {
    MachinePark park = new MachinePark(20_000, 50_000, 1);
    DriftWatch watch = watch(bundle.calibration(), DEFAULT);
    RecordScorer scorer = new RecordScorer(bundle);
    int alarms = 0;
    long number = 0;
    for (Iterator<LabelledRecord> records = park.stream(); records.hasNext(); number++) {
      alarms += isAlarm(send(watch, scorer, records.next(), number)) ? 1 : 0;
    }
    return alarms;
  }

  private static Optional<DriftNews> send(
      DriftWatch watch, RecordScorer scorer, LabelledRecord record, long number) {
    return scorer.score(record.value()) instanceof ScoreOutcome.Scored scored
        ? watch.after(scored.pValue(), record.key().hashCode(), number * BETWEEN_RECORDS)
        : Optional.empty();
  }

  private void speed() {
    title("Nanoseconds a record");
    Random random = new Random(1);
    ConformalCalibration calibration =
        calibration(random, CALIBRATION_RECORDS, gaussian(1, 0), KEYS);
    DriftWatch watch = watch(calibration, DEFAULT);
    double[] pValues =
        random
            .doubles(1 << 16)
            .map(point -> calibration.pValue(half(random.nextGaussian())))
            .toArray();
    int records = 20_000_000;
    long number = 0;
    List<Double> times = new ArrayList<>();
    for (int round = 0; round < 7; round++) {
      long started = System.nanoTime();
      for (int i = 0; i < records; i++) {
        watch.after(pValues[i & (pValues.length - 1)], i * 31, number++ * BETWEEN_RECORDS);
      }
      times.add((System.nanoTime() - started) / (double) records);
    }
    Collections.sort(times);
    out.printf(Locale.ROOT, "median of 7 rounds: %.1f%n", times.get(3));
  }

  private void count(
      String what,
      int calibrationRecords,
      DriftSettings settings,
      int runs,
      long records,
      int keys,
      Supplier<Scores> streams) {
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      Random random = new Random(77 + run);
      Scores stream = streams.get();
      ConformalCalibration calibration = calibration(random, calibrationRecords, stream, keys);
      DriftWatch watch = watch(calibration, settings);
      for (long i = 0; i < records; i++) {
        alarms += isAlarm(send(watch, calibration, stream, random, keys, i)) ? 1 : 0;
      }
    }
    row(what, runs * records, runs * records / settings.falseAlarmRecords(), alarms);
  }

  private void row(String what, long records, double allowed, int alarms) {
    out.printf(Locale.ROOT, "| %s | %,d | %,.0f | %,d |%n", what, records, allowed, alarms);
  }

  private static ConformalCalibration calibration(
      Random random, int records, Scores stream, int keys) {
    double[] scores = new double[records];
    for (int i = 0; i < records; i++) {
      scores[i] = stream.next(random, random.nextInt(keys), -1);
    }
    return ConformalCalibration.fit(scores, BUDGET);
  }

  private static DriftWatch watch(ConformalCalibration calibration, DriftSettings settings) {
    return new DriftWatch(new DriftReference(calibration, BUDGET, settings.tolerance()), settings);
  }

  private static Optional<DriftNews> send(
      DriftWatch watch,
      ConformalCalibration calibration,
      Scores stream,
      Random random,
      int keys,
      long number) {
    int key = random.nextInt(keys);
    return watch.after(
        calibration.pValue(stream.next(random, key, number)),
        ("machine-" + key).hashCode(),
        number * BETWEEN_RECORDS);
  }

  private static double half(double value) {
    return -value * value / 2;
  }

  /** Log-density of independent standard normal fields, the first of them shifted. */
  private static Scores gaussian(int fields, double shift) {
    return (random, key, number) -> {
      double score = half(random.nextGaussian() + shift);
      for (int field = 1; field < fields; field++) {
        score += half(random.nextGaussian());
      }
      return score;
    };
  }

  /** Each key goes on from its last value. */
  private static Scores autoregressive(double correlation, int keys) {
    double[] state = new double[keys];
    boolean[] begun = new boolean[keys];
    return (random, key, number) -> {
      double news = random.nextGaussian();
      if (number < 0) {
        return half(news);
      }
      state[key] =
          begun[key]
              ? correlation * state[key] + Math.sqrt(1 - correlation * correlation) * news
              : news;
      begun[key] = true;
      return half(state[key]);
    };
  }

  /** Each key has a level of its own, and some are not heard of after calibration. */
  private static Scores levels(double deviation, int silent) {
    double[] levels = new double[KEYS];
    Random random = new Random(5);
    for (int key = 0; key < KEYS; key++) {
      levels[key] = deviation * random.nextGaussian();
    }
    return (source, key, number) -> {
      int heard = number >= 0 && key < silent ? key + silent : key;
      return half(source.nextGaussian() + levels[heard]);
    };
  }

  private static String quantile(List<Long> delays, int runs, double fraction) {
    List<Long> sorted = new ArrayList<>(delays);
    Collections.sort(sorted);
    int index = (int) Math.ceil(fraction * runs) - 1;
    return index < sorted.size() ? String.format(Locale.ROOT, "%,d", sorted.get(index)) : "-";
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  private void title(String text) {
    out.println();
    out.println("## " + text);
    out.println();
  }
}
