package io.lowtide.benchmarks.nab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.trainer.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One file of the Numenta Anomaly Benchmark: a series of single values and the windows labelled as
 * anomalous. Rows are in file order, which is what the scores go by; timestamps may repeat, or step
 * back where a clock was set back.
 *
 * @param name file name without its ending
 * @param timestamps time of each row, read as UTC
 * @param values value of each row
 * @param windows in the order of the rows, without overlap, none before the end of the probation
 */
record NabSet(String name, Instant[] timestamps, double[] values, List<NabWindow> windows) {

  /** The file that names the sets and their windows. */
  static final String WINDOWS = "windows.json";

  private static final String HEADER = "timestamp,value";

  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .toFormatter();

  /**
   * Share of a file's rows that belongs to the probation, and the rows it is a share of at most.
   */
  private static final double PROBATION = 0.15;

  private static final int PROBATION_CAP = 5000;

  /**
   * Reads every set that {@code windows.json} of a folder names, in the order of their names.
   *
   * @throws IOException if a file cannot be read
   * @throws DataException naming the file, the place and what is expected there
   */
  static List<NabSet> readAll(Path folder) throws IOException {
    Path windows = folder.resolve(WINDOWS);
    JsonNode files;
    try {
      files = new ObjectMapper().readTree(Files.readString(windows));
    } catch (JsonProcessingException fault) {
      throw new DataException(
          windows + ": no JSON: " + fault.getOriginalMessage().lines().findFirst().orElse(""),
          fault);
    }
    if (!files.isObject()) {
      throw new DataException(windows + ": expected an object of file names and lists of windows");
    }
    List<NabSet> sets = new ArrayList<>();
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      sets.add(
          read(folder.resolve(file.getKey()), limits(windows, file.getKey(), file.getValue())));
    }
    sets.sort(Comparator.comparing(NabSet::name));
    return sets;
  }

  /** Number of rows. */
  int rows() {
    return values.length;
  }

  /**
   * Rows at the start that no score counts for, so that detectors may learn from them: 15 % of the
   * file, and of 5,000 rows at most ({@code getProbationPeriod} in {@code nab/util.py}).
   */
  int probationRows() {
    return probationRows(values.length);
  }

  /** The window that a row lies in. */
  Optional<NabWindow> windowOf(int row) {
    return windows.stream().filter(window -> window.contains(row)).findFirst();
  }

  static int probationRows(int rows) {
    return (int) Math.min(Math.floor(PROBATION * rows), PROBATION * PROBATION_CAP);
  }

  /** The first and last timestamp of each window, as text. */
  private static List<List<String>> limits(Path file, String set, JsonNode windows) {
    if (!windows.isArray()) {
      throw new DataException(file + ": " + set + ": " + windows + ", expected a list of windows");
    }
    List<List<String>> limits = new ArrayList<>();
    for (JsonNode window : windows) {
      if (window.size() != 2 || !window.path(0).isTextual() || !window.path(1).isTextual()) {
        throw new DataException(
            file + ": " + set + ": window " + window + ", expected a first and a last timestamp");
      }
      limits.add(List.of(window.get(0).textValue(), window.get(1).textValue()));
    }
    return limits;
  }

  private static NabSet read(Path file, List<List<String>> limits) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new DataException(
          file
              + ": header \""
              + lines.stream().findFirst().orElse("")
              + "\", expected \""
              + HEADER
              + "\"");
    }
    int rows = lines.size() - 1;
    Instant[] timestamps = new Instant[rows];
    double[] values = new double[rows];
    for (int row = 0; row < rows; row++) {
      String place = file + ": line " + (row + 2);
      String[] fields = lines.get(row + 1).split(",", -1);
      if (fields.length != 2) {
        throw new DataException(place + ": " + fields.length + " fields, expected 2");
      }
      timestamps[row] = timestamp(place, fields[0]);
      values[row] = value(place, fields[1]);
    }
    List<NabWindow> windows = new ArrayList<>();
    for (List<String> limit : limits) {
      windows.add(
          new NabWindow(row(file, timestamps, limit.get(0)), row(file, timestamps, limit.get(1))));
    }
    requireOrder(file, windows, limits, probationRows(rows));
    return new NabSet(
        file.getFileName().toString().replaceFirst("\\.csv$", ""), timestamps, values, windows);
  }

  private static Instant timestamp(String place, String text) {
    try {
      return LocalDateTime.parse(text, TIMESTAMP).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException fault) {
      throw new DataException(
          place + ": timestamp \"" + text + "\", expected yyyy-MM-dd HH:mm:ss", fault);
    }
  }

  private static double value(String place, String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException fault) {
      throw new DataException(place + ": value \"" + text + "\", expected a number", fault);
    }
    if (!Double.isFinite(value)) {
      throw new DataException(place + ": value " + text + ", expected a finite number");
    }
    return value;
  }

  /** The first row with the timestamp, as {@code nab/sweeper.py} finds it. */
  private static int row(Path file, Instant[] timestamps, String text) {
    int row = Arrays.asList(timestamps).indexOf(timestamp(file + ": window", text));
    if (row < 0) {
      throw new DataException(
          file + ": window limit " + text + ", expected the timestamp of a row");
    }
    return row;
  }

  private static void requireOrder(
      Path file, List<NabWindow> windows, List<List<String>> limits, int probationRows) {
    int free = probationRows;
    for (int i = 0; i < windows.size(); i++) {
      NabWindow window = windows.get(i);
      if (window.first() < free || window.last() < window.first()) {
        throw new DataException(
            file
                + ": window "
                + limits.get(i)
                + " is rows "
                + window.first()
                + " to "
                + window.last()
                + ", expected a first row from "
                + free
                + " on (after the probation and the window before) and a last one not before it");
      }
      free = window.last() + 1;
    }
  }
}
