package io.lowtide.trainer.fit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/** A file that holds the state of fitting after an epoch, replaced as a whole. */
public final class Checkpoint {

  private static final int MAGIC = 0x4c4f5754;
  private static final int VERSION = 1;

  private final Path file;

  /** A checkpoint in {@code file}, which need not exist. */
  public Checkpoint(Path file) {
    this.file = file;
  }

  /**
   * Replaces the file.
   *
   * @param run identifies settings and data; a resumed run must have the same
   */
  void write(String run, FitState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      out.writeUTF(run);
      out.writeInt(state.epoch());
      out.writeLong(state.step());
      out.writeDouble(state.rateScale());
      out.writeInt(state.stepsBack());
      out.writeInt(state.bestEpoch());
      out.writeDouble(state.elapsedSeconds());
      out.writeLong(state.adamSteps());
      out.writeInt(state.parameters().length);
      writeAll(out, state.parameters());
      writeAll(out, state.firstMoment());
      writeAll(out, state.secondMoment());
      writeAll(out, state.average());
      writeAll(out, state.best());
      out.writeInt(state.history().size());
      for (EpochRecord epoch : state.history()) {
        writeEpoch(out, epoch);
      }
      out.writeLong(checksum(bytes.toByteArray(), bytes.size()));
    }
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path unfinished = Files.createTempFile(directory, file.getFileName().toString(), ".unfinished");
    try {
      Files.write(unfinished, bytes.toByteArray());
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /**
   * Reads the file, if there is one.
   *
   * @throws CheckpointException if it is damaged, or of another run
   */
  Optional<FitState> read(String run) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < 2 * Integer.BYTES + Long.BYTES) {
      throw new CheckpointException(file, "truncated checkpoint of " + bytes.length + " bytes");
    }
    int end = bytes.length - Long.BYTES;
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readInt() != MAGIC || in.readInt() != VERSION) {
        throw new CheckpointException(file, "not a checkpoint of version " + VERSION);
      }
      try (DataInputStream tail =
          new DataInputStream(new ByteArrayInputStream(bytes, end, Long.BYTES))) {
        if (tail.readLong() != checksum(bytes, end)) {
          throw new CheckpointException(file, "damaged: its checksum does not match");
        }
      }
      String written = in.readUTF();
      if (!written.equals(run)) {
        throw new CheckpointException(
            file, "belongs to other settings or data: " + written + ", expected " + run);
      }
      return Optional.of(readState(in));
    }
  }

  private static FitState readState(DataInputStream in) throws IOException {
    int epoch = in.readInt();
    long step = in.readLong();
    double rateScale = in.readDouble();
    int stepsBack = in.readInt();
    int bestEpoch = in.readInt();
    double elapsedSeconds = in.readDouble();
    long adamSteps = in.readLong();
    int length = in.readInt();
    double[] parameters = readAll(in, length);
    double[] firstMoment = readAll(in, length);
    double[] secondMoment = readAll(in, length);
    double[] average = readAll(in, length);
    double[] best = readAll(in, length);
    int epochs = in.readInt();
    List<EpochRecord> history = new ArrayList<>();
    for (int index = 0; index < epochs; index++) {
      history.add(readEpoch(in));
    }
    return new FitState(
        epoch,
        step,
        rateScale,
        stepsBack,
        bestEpoch,
        elapsedSeconds,
        parameters,
        adamSteps,
        firstMoment,
        secondMoment,
        average,
        best,
        history);
  }

  private static void writeEpoch(DataOutputStream out, EpochRecord epoch) throws IOException {
    out.writeInt(epoch.epoch());
    out.writeLong(epoch.steps());
    out.writeDouble(epoch.loss());
    out.writeDouble(epoch.trainNegativeLogLikelihood());
    out.writeDouble(epoch.validationNegativeLogLikelihood());
    out.writeDouble(epoch.kineticEnergy());
    out.writeDouble(epoch.forwardEvaluations());
    out.writeDouble(epoch.backwardEvaluations());
    out.writeDouble(epoch.gradientNorm());
    out.writeDouble(epoch.learningRate());
    out.writeDouble(epoch.recordsPerSecond());
    out.writeDouble(epoch.seconds());
  }

  private static EpochRecord readEpoch(DataInputStream in) throws IOException {
    return new EpochRecord(
        in.readInt(),
        in.readLong(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble());
  }

  private static void writeAll(DataOutputStream out, double[] values) throws IOException {
    for (double value : values) {
      out.writeDouble(value);
    }
  }

  private static double[] readAll(DataInputStream in, int length) throws IOException {
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = in.readDouble();
    }
    return values;
  }

  private static long checksum(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return crc.getValue();
  }
}
