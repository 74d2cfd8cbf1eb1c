package io.lowtide.trainer.fit;

import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.WholeFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Progress of one fit on disk, replaced at once. It belongs to one fingerprint of data, settings
 * and engine, and goes with no other: a file that is corrupt or of another is told and left aside.
 */
final class CheckpointFile {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFile.class);

  private static final int MAGIC = 0x4C54434B;
  private static final int VERSION = 7;

  /** Of the time since the last one, that writing may take. */
  private static final double SHARE_OF_TIME = 0.01;

  private final Path file;
  private final String fingerprint;
  private final double weightDecay;
  private long written = System.nanoTime();
  private long took;

  CheckpointFile(Path file, String fingerprint, double weightDecay) {
    this.file = file;
    this.fingerprint = fingerprint;
    this.weightDecay = weightDecay;
  }

  /**
   * Writes, unless that would take more than a hundredth of the time: what is lost of a killed run
   * is little, and what a run that is not killed pays is less.
   */
  void writeIfDue(TrainingState state) {
    if (SHARE_OF_TIME * (System.nanoTime() - written) >= took) {
      write(state);
    }
  }

  void write(TrainingState state) {
    long started = System.nanoTime();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(content)) {
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      byte[] bytes = fingerprint.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
      out.writeInt(state.parameters.length);
      writeDoubles(out, state.parameters);
      writeDoubles(out, state.averaged);
      writeDoubles(out, state.best);
      writeDoubles(out, state.before);
      writeDoubles(out, state.optimizer.first());
      writeDoubles(out, state.optimizer.second());
      out.writeInt(state.optimizer.updates());
      out.writeInt(state.round.number());
      out.writeInt(state.round.start());
      out.writeInt(state.round.iterations());
      out.writeDouble(state.bestValidation);
      out.writeInt(state.iteration);
      out.writeInt(state.validationsSinceBest);
      out.writeInt(state.setbacks);
      out.writeDouble(state.rateFactor);
      out.writeDouble(state.firstEvaluations);
      out.writeDouble(state.work);
      out.writeInt(state.gridSteps);
      out.writeInt(state.history.size());
      for (EpochReport report : state.history) {
        writeReport(out, report);
      }
      out.writeInt(state.trajectory.size());
      for (float[] parameters : state.trajectory) {
        writeFloats(out, parameters);
      }
      out.flush();
      out.writeLong(checksum(content.toByteArray(), content.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replace(content.toByteArray());
    written = System.nanoTime();
    took = written - started;
  }

  private void replace(byte[] content) {
    try {
      WholeFile.write(file, content);
    } catch (IOException e) {
      throw new DataException(file + ": the checkpoint cannot be written: " + Causes.text(e), e);
    }
  }

  /**
   * Reads the progress, if there is any that can be gone on from.
   *
   * @param parameters number of parameters of the fit
   * @throws DataException if the file is there and cannot be read
   */
  Optional<TrainingState> read(int parameters) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DataException(file + ": the checkpoint cannot be read: " + Causes.text(e), e);
    }
    try {
      TrainingState state = read(content, parameters);
      LOG.info("{}: the fit goes on from iteration {}", file, state.iteration);
      return Optional.of(state);
    } catch (IOException e) {
      LOG.warn("{}: {}; the fit begins anew", file, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * @throws IOException if it is none of this fit
   */
  private TrainingState read(byte[] content, int parameters) throws IOException {
    int size = content.length - Long.BYTES;
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    if (size < 2 * Integer.BYTES || in.readInt() != MAGIC || in.readInt() != VERSION) {
      throw new IOException("no checkpoint of this version");
    }
    long stored =
        new DataInputStream(new ByteArrayInputStream(content, size, Long.BYTES)).readLong();
    if (stored != checksum(content, size)) {
      throw new IOException("the checkpoint is corrupt");
    }
    byte[] bytes = in.readNBytes(in.readInt());
    if (!new String(bytes, StandardCharsets.UTF_8).equals(fingerprint)) {
      throw new IOException("the checkpoint is of other data, other settings or another engine");
    }
    TrainingState state = readState(in);
    if (state.parameters.length != parameters) {
      throw new IOException(
          "the checkpoint has " + state.parameters.length + " parameters, expected " + parameters);
    }
    return state;
  }

  private TrainingState readState(DataInputStream in) throws IOException {
    int count = in.readInt();
    double[] parameters = readDoubles(in, count);
    double[] averaged = readDoubles(in, count);
    double[] best = readDoubles(in, count);
    double[] before = readDoubles(in, count);
    double[] first = readDoubles(in, count);
    double[] second = readDoubles(in, count);
    AdamOptimizer optimizer = new AdamOptimizer(count, weightDecay);
    optimizer.restore(first, second, in.readInt());
    Round round = new Round(in.readInt(), in.readInt(), in.readInt());
    TrainingState state = new TrainingState(parameters, averaged, optimizer, best, before, round);
    state.bestValidation = in.readDouble();
    state.iteration = in.readInt();
    state.validationsSinceBest = in.readInt();
    state.setbacks = in.readInt();
    state.rateFactor = in.readDouble();
    state.firstEvaluations = in.readDouble();
    state.work = in.readDouble();
    state.gridSteps = in.readInt();
    int reports = in.readInt();
    for (int i = 0; i < reports; i++) {
      state.history.add(readReport(in));
    }
    int flows = in.readInt();
    for (int i = 0; i < flows; i++) {
      state.trajectory.add(readFloats(in, count));
    }
    return state;
  }

  private static void writeReport(DataOutputStream out, EpochReport report) throws IOException {
    out.writeInt(report.epoch());
    out.writeInt(report.iteration());
    out.writeInt(report.iterations());
    out.writeDouble(report.trainNegativeLogLikelihood());
    out.writeDouble(report.validationNegativeLogLikelihood());
    out.writeBoolean(report.best());
    out.writeDouble(report.learningRate());
    out.writeDouble(report.forwardEvaluations());
    out.writeDouble(report.backwardEvaluations());
    out.writeDouble(report.recordsPerSecond());
    out.writeDouble(report.seconds());
  }

  private static EpochReport readReport(DataInputStream in) throws IOException {
    return new EpochReport(
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readDouble(),
        in.readDouble(),
        in.readBoolean(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble());
  }

  private static void writeDoubles(DataOutputStream out, double[] values) throws IOException {
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  private static float[] readFloats(DataInputStream in, int count) throws IOException {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  private static double[] readDoubles(DataInputStream in, int count) throws IOException {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }

  private static long checksum(byte[] content, int size) {
    CRC32 checksum = new CRC32();
    checksum.update(content, 0, size);
    return checksum.getValue();
  }
}
