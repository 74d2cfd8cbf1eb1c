package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldParameters;
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

/**
 * Progress of one training run on disk, replaced at once at every validation. It belongs to one
 * fingerprint of data and settings, and goes with no other.
 */
final class CheckpointFile {

  private static final int MAGIC = 0x4C54434B;
  private static final int VERSION = 4;

  private final Path file;
  private final String fingerprint;
  private final double weightDecay;

  CheckpointFile(Path file, String fingerprint, double weightDecay) {
    this.file = file;
    this.fingerprint = fingerprint;
    this.weightDecay = weightDecay;
  }

  /** Lets a run that has not begun begin with these parameters. */
  void begin(FieldParameters start) {
    if (!Files.exists(file)) {
      float[] values = start.toArray();
      double[] parameters = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        parameters[i] = values[i];
      }
      write(TrainingState.start(parameters, weightDecay));
    }
  }

  void write(TrainingState state) {
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
      writeDoubles(out, state.optimizer.first());
      writeDoubles(out, state.optimizer.second());
      out.writeInt(state.optimizer.updates());
      out.writeDouble(state.bestValidation);
      out.writeInt(state.iteration);
      out.writeInt(state.validationsSinceBest);
      out.writeInt(state.setbacks);
      out.writeDouble(state.rateFactor);
      out.writeInt(state.gridSteps);
      out.writeInt(state.history.size());
      for (EpochReport report : state.history) {
        writeReport(out, report);
      }
      out.flush();
      out.writeLong(checksum(content.toByteArray(), content.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    replace(content.toByteArray());
  }

  private void replace(byte[] content) {
    try {
      WholeFile.write(file, content);
    } catch (IOException e) {
      throw new DataException(file + ": the checkpoint cannot be written: " + Causes.text(e), e);
    }
  }

  /**
   * Reads the progress, if there is any.
   *
   * @throws DataException if the file is corrupt or of another run
   */
  Optional<TrainingState> read() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] content = Files.readAllBytes(file);
      int size = content.length - Long.BYTES;
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
      if (size < 2 * Integer.BYTES || in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw new DataException(file + ": no checkpoint of this version");
      }
      long stored =
          new DataInputStream(new ByteArrayInputStream(content, size, Long.BYTES)).readLong();
      if (stored != checksum(content, size)) {
        throw new DataException(file + ": the checkpoint is corrupt; delete it to start anew");
      }
      byte[] bytes = in.readNBytes(in.readInt());
      if (!new String(bytes, StandardCharsets.UTF_8).equals(fingerprint)) {
        throw new DataException(
            file + ": the checkpoint is of other data or other settings; delete it to start anew");
      }
      return Optional.of(readState(in));
    } catch (IOException e) {
      throw new DataException(file + ": the checkpoint cannot be read: " + Causes.text(e), e);
    }
  }

  private TrainingState readState(DataInputStream in) throws IOException {
    int count = in.readInt();
    double[] parameters = readDoubles(in, count);
    double[] averaged = readDoubles(in, count);
    double[] best = readDoubles(in, count);
    double[] first = readDoubles(in, count);
    double[] second = readDoubles(in, count);
    AdamOptimizer optimizer = new AdamOptimizer(count, weightDecay);
    optimizer.restore(first, second, in.readInt());
    TrainingState state = new TrainingState(parameters, averaged, optimizer, best);
    state.bestValidation = in.readDouble();
    state.iteration = in.readInt();
    state.validationsSinceBest = in.readInt();
    state.setbacks = in.readInt();
    state.rateFactor = in.readDouble();
    state.gridSteps = in.readInt();
    int reports = in.readInt();
    for (int i = 0; i < reports; i++) {
      state.history.add(readReport(in));
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
