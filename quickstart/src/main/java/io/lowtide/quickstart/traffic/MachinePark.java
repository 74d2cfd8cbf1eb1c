package io.lowtide.quickstart.traffic;

import io.lowtide.trainer.data.Table;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * Telemetry of a park of machines: eight correlated, non-Gaussian sensors in four operating modes,
 * and five kinds of fault, four of which leave every single field within its normal range. Seeded:
 * the same seed gives the same records.
 */
public final class MachinePark implements LabelledTraffic {

  private static final int MACHINES = 40;
  private static final double ANOMALY_SHARE = 0.01;
  private static final double MORE_LOAD = 0.1;

  private static final Schema SCHEMA = schemaOfReadings();

  private final int trainingSize;
  private final int streamSize;
  private final long seed;
  private final long streamSeed;
  private final double moreLoad;
  private final double[] lowest;
  private final double[] highest;

  /**
   * @param trainingSize normal records to train on
   * @param streamSize records to stream
   * @param seed seed of every random choice
   */
  public MachinePark(int trainingSize, int streamSize, long seed) {
    this.trainingSize = trainingSize;
    this.streamSize = streamSize;
    this.seed = seed;
    this.streamSeed = seed + 1;
    this.moreLoad = 0;
    this.lowest = new double[MachineReading.SENSORS.length];
    this.highest = new double[MachineReading.SENSORS.length];
    List<double[]> readings = trainingReadings();
    for (int sensor = 0; sensor < lowest.length; sensor++) {
      int index = sensor;
      double[] sorted = readings.stream().mapToDouble(row -> row[index]).sorted().toArray();
      lowest[sensor] = sorted[sorted.length / 1000];
      highest[sensor] = sorted[sorted.length - 1 - sorted.length / 1000];
    }
  }

  private MachinePark(MachinePark before, int streamSize, long streamSeed, double moreLoad) {
    this.trainingSize = before.trainingSize;
    this.streamSize = streamSize;
    this.seed = before.seed;
    this.streamSeed = streamSeed;
    this.moreLoad = moreLoad;
    this.lowest = before.lowest;
    this.highest = before.highest;
  }

  /**
   * The same park after a change of what is normal: in the heavy mode machines carry more by a
   * tenth of the full load, with all that follows from it.
   *
   * @param streamSize records to stream
   * @param number tells the streams of such records apart, from 0
   */
  public MachinePark withHeavierLoad(int streamSize, int number) {
    return new MachinePark(this, streamSize, seed + 2 + number, MORE_LOAD);
  }

  private static Schema schemaOfReadings() {
    SchemaBuilder.FieldAssembler<Schema> fields =
        SchemaBuilder.record("MachineTelemetry")
            .namespace("io.lowtide.demo")
            .doc("One reading of a machine's sensors.")
            .fields()
            .requiredString("machine");
    for (String sensor : MachineReading.SENSORS) {
      fields = fields.requiredDouble(sensor);
    }
    return fields.endRecord();
  }

  @Override
  public Schema schema() {
    return SCHEMA;
  }

  @Override
  public Table trainingTable() {
    return new Table(
        "machine park, seed " + seed,
        List.of(MachineReading.SENSORS),
        trainingReadings().toArray(double[][]::new));
  }

  private List<double[]> trainingReadings() {
    Random random = new Random(seed);
    return IntStream.range(0, trainingSize).mapToObj(unused -> normal(random, 0)).toList();
  }

  @Override
  public int streamSize() {
    return streamSize;
  }

  @Override
  public Iterator<LabelledRecord> stream() {
    Random random = new Random(streamSeed);
    return IntStream.range(0, streamSize).mapToObj(unused -> next(random)).iterator();
  }

  private LabelledRecord next(Random random) {
    String machine = machine(random.nextInt(MACHINES));
    if (random.nextDouble() >= ANOMALY_SHARE) {
      return new LabelledRecord(
          machine, record(machine, normal(random, moreLoad)), LabelledRecord.NORMAL);
    }
    AnomalyKind[] kinds = AnomalyKind.values();
    AnomalyKind kind = kinds[random.nextInt(kinds.length)];
    return anomalous(machine, kind, random);
  }

  private static double[] normal(Random random, double moreLoad) {
    return normal(MachineMode.at(random.nextDouble()), moreLoad, random);
  }

  private static double[] normal(MachineMode mode, double moreLoad, Random random) {
    return MachineReading.normal(mode, mode == MachineMode.HEAVY ? moreLoad : 0, random);
  }

  private LabelledRecord anomalous(String machine, AnomalyKind kind, Random random) {
    while (true) {
      MachineMode mode = MachineMode.at(random.nextDouble());
      MachineMode otherMode = MachineMode.at(random.nextDouble());
      double[] reading = normal(mode, moreLoad, random);
      double[] other = normal(otherMode, moreLoad, random);
      if (mode == otherMode) {
        continue;
      }
      double[] corrupted = kind.corrupt(reading.clone(), other, random);
      if (!kind.joint || isInRange(corrupted)) {
        return new LabelledRecord(
            machine, record(machine, corrupted), kind.label, changed(reading, corrupted));
      }
    }
  }

  private static List<String> changed(double[] before, double[] after) {
    return IntStream.range(0, before.length)
        .filter(sensor -> before[sensor] != after[sensor])
        .mapToObj(sensor -> MachineReading.SENSORS[sensor])
        .toList();
  }

  private boolean isInRange(double[] reading) {
    for (int sensor = 0; sensor < reading.length; sensor++) {
      if (reading[sensor] < lowest[sensor] || reading[sensor] > highest[sensor]) {
        return false;
      }
    }
    return true;
  }

  private static String machine(int index) {
    return "machine-" + (index + 1);
  }

  private static GenericRecord record(String machine, double[] reading) {
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("machine", machine);
    for (int sensor = 0; sensor < reading.length; sensor++) {
      record.put(MachineReading.SENSORS[sensor], reading[sensor]);
    }
    return record;
  }
}
