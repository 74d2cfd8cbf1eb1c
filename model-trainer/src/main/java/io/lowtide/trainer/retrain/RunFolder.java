package io.lowtide.trainer.retrain;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import io.lowtide.trainer.data.OutputFolder;
import io.lowtide.trainer.data.WholeFile;
import io.lowtide.trainer.report.RunReport;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run keeps on disk, so that the same command goes on where it was interrupted: its
 * identity, its records, the champion it challenges, checkpoints, and the challengers that are
 * finished. Each file is there whole or not at all. One process at a time has it.
 */
public final class RunFolder implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunFolder.class);

  private static final String LOCK = "run.lock";
  private static final String STATE = "run.properties";
  private static final String RECORDS = "records.bin";
  private static final String CHAMPION = "champion.avro";
  private static final String MODEL = "model.avro";
  private static final String REPORT = "training.json";

  /** What a run writes, at the least. */
  private static final long LEAST_SPACE = 64L << 20;

  private static final long COPIES_OF_RECORDS = 3;

  private final Path directory;
  private final FileChannel lock;

  private RunFolder(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a folder, and makes it if it is missing.
   *
   * @param values number of values of the records that will be kept, about; of 8 bytes each
   * @throws DataException if it cannot be written to, has no room, or another process has it
   */
  public static RunFolder open(Path directory, long values) {
    OutputFolder.require(directory, LEAST_SPACE + COPIES_OF_RECORDS * Double.BYTES * values);
    try {
      FileChannel channel =
          FileChannel.open(
              directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = tryLock(channel);
      if (held == null) {
        channel.close();
        throw new DataException(
            directory + ": another run is at work here, expected a folder of its own");
      }
      return new RunFolder(directory, channel);
    } catch (IOException e) {
      throw new DataException(directory + ": cannot be locked: " + text(e), e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ofThisProcess) {
      return null;
    }
  }

  private static String text(IOException fault) {
    return fault.getClass().getSimpleName() + ": " + Causes.text(fault);
  }

  /**
   * A run that has begun.
   *
   * @param id of the run
   * @param startedAt when it began
   * @param goesOn whether it was begun by an earlier process
   */
  public record Run(String id, Instant startedAt, boolean goesOn) {}

  /** The run that an earlier process began and did not finish. */
  public Optional<Run> underWay() {
    return underWay(state());
  }

  private static Optional<Run> underWay(Properties state) {
    return "running".equals(state.getProperty("state"))
        ? Optional.of(
            new Run(state.getProperty("id"), Instant.parse(state.getProperty("startedAt")), true))
        : Optional.empty();
  }

  private Properties state() {
    Path file = directory.resolve(STATE);
    Properties state = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        state.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("{}: cannot be read, a new run begins: {}", file, e.getMessage());
      }
    }
    return state;
  }

  /**
   * The run that is under way here, or a new one, for which the folder is cleared.
   *
   * @param fingerprint of all that decides the result; a run with another does not go on
   */
  public Run begin(String fingerprint) {
    Properties state = state();
    Optional<Run> found = underWay(state);
    if (found.isPresent() && fingerprint.equals(state.getProperty("fingerprint"))) {
      LOG.info("Training run {} of {} goes on", found.get().id(), found.get().startedAt());
      return found.get();
    }
    found.ifPresent(
        other ->
            LOG.warn(
                "{}: training run {} was not finished, and had other settings or another champion: a"
                    + " new run begins",
                directory,
                other.id()));
    clear();
    Run run = new Run(UUID.randomUUID().toString(), Instant.now(), false);
    write(run, fingerprint, "running");
    return run;
  }

  /** The run is over: the next one is another. What it decided on stays, to look at. */
  public void finish(Run run) {
    write(run, "", "finished");
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("checkpoint-") || name.endsWith(".unfinished")) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      LOG.warn("{}: cannot be tidied up: {}", directory, text(e));
    }
  }

  private void write(Run run, String fingerprint, String state) {
    Properties properties = new Properties();
    properties.setProperty("id", run.id());
    properties.setProperty("startedAt", run.startedAt().toString());
    properties.setProperty("fingerprint", fingerprint);
    properties.setProperty("state", state);
    StringWriter text = new StringWriter();
    try {
      properties.store(text, null);
      WholeFile.write(directory.resolve(STATE), text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new DataException(directory.resolve(STATE) + ": cannot be written: " + text(e), e);
    }
  }

  private void clear() {
    List<String> own =
        List.of(RECORDS, CHAMPION, MODEL, REPORT, RunReport.REPORT, RunReport.CARD, STATE);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (own.contains(name)
            || name.startsWith("checkpoint-")
            || name.startsWith("challenger-")
            || name.endsWith(".unfinished")) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new DataException(directory + ": cannot be cleared: " + text(e), e);
    }
  }

  /** The records, if the run has read them. */
  Optional<RunRecords> records() {
    Path file = directory.resolve(RECORDS);
    return Files.exists(file) ? Optional.of(RecordsFile.read(file)) : Optional.empty();
  }

  void keep(RunRecords records) {
    try {
      RecordsFile.write(directory.resolve(RECORDS), records);
    } catch (IOException e) {
      throw new DataException(directory.resolve(RECORDS) + ": cannot be written: " + text(e), e);
    }
  }

  /** The champion that the run challenges, if there is one. */
  Optional<ModelBundle> champion() {
    return bundle(directory.resolve(CHAMPION));
  }

  void keepChampion(ModelBundle bundle) {
    keep(directory.resolve(CHAMPION), bundle);
  }

  /** A challenger that is finished. */
  Optional<ModelBundle> challenger(Challenger challenger) {
    return bundle(challengerFile(challenger, ".avro"));
  }

  void keepChallenger(Challenger challenger, ModelBundle bundle) {
    keep(challengerFile(challenger, ".avro"), bundle);
  }

  /** The history of a challenger's fit. */
  Path history(Challenger challenger) {
    return challengerFile(challenger, ".json");
  }

  /** The histories of the fits so far, by the role of their models. */
  Map<String, Path> histories() {
    Map<String, Path> found = new TreeMap<>();
    for (Challenger challenger : Challenger.values()) {
      Path file = history(challenger);
      if (Files.exists(file)) {
        found.put(challenger.label(), file);
      }
    }
    return found;
  }

  private Path challengerFile(Challenger challenger, String ending) {
    return directory.resolve("challenger-" + challenger.label() + ending);
  }

  /** Where the fit of a challenger is kept while it is under way. */
  Path checkpoint(Challenger challenger) {
    return directory.resolve("checkpoint-" + challenger.label() + ".bin");
  }

  /** Where the model that won goes. */
  void keepWinner(ModelBundle bundle) {
    keep(directory.resolve(MODEL), bundle);
  }

  /** Where the decision is written down. */
  Path report() {
    return directory.resolve(REPORT);
  }

  /** The folder itself. */
  Path directory() {
    return directory;
  }

  private static void keep(Path file, ModelBundle bundle) {
    try {
      BundleFiles.write(file, bundle);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be written: " + text(e), e);
    }
  }

  private static Optional<ModelBundle> bundle(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(BundleFiles.read(file));
    } catch (BundleException | IOException e) {
      throw new DataException(file + ": of a run under way, is not intact: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      LOG.warn("{}: {}", directory, e.getMessage());
    }
  }
}
