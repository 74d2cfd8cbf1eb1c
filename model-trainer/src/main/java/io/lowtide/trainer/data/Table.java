package io.lowtide.trainer.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Values in rows and named columns; not to be changed. A number is finite, or NaN where it is
 * missing. A column of texts holds the index of each row's text in the column's dictionary, NaN
 * where it is missing.
 *
 * @param source where it comes from, for messages and provenance
 * @param columns names of the columns
 * @param rows the rows, each as long as {@code columns}
 * @param dictionaries the different texts of each column of texts, by its name
 */
public record Table(
    String source, List<String> columns, double[][] rows, Map<String, List<String>> dictionaries) {

  /** Copies the names and the dictionaries, not the values. */
  public Table {
    columns = List.copyOf(columns);
    dictionaries = Map.copyOf(dictionaries);
  }

  /** A table of numbers. */
  public Table(String source, List<String> columns, double[][] rows) {
    this(source, columns, rows, Map.of());
  }

  /** Number of rows. */
  public int size() {
    return rows.length;
  }

  /**
   * Index of a column.
   *
   * @throws DataException if there is none of that name
   */
  public int indexOf(String column) {
    int index = columns.indexOf(column);
    if (index < 0) {
      throw new DataException(
          source + ": no column \"" + column + "\", expected one of " + columns);
    }
    return index;
  }

  /** A copy of one column. */
  public double[] column(int index) {
    double[] values = new double[rows.length];
    for (int row = 0; row < rows.length; row++) {
      values[row] = rows[row][index];
    }
    return values;
  }

  /** Whether a column is one of texts. */
  public boolean isText(String column) {
    return dictionaries.containsKey(column);
  }

  /** The same columns with other rows. */
  public Table withRows(double[][] others) {
    return new Table(source, columns, others, dictionaries);
  }

  /** The rows from one index up to, not including, another. */
  public Table rows(int from, int to) {
    return withRows(Arrays.copyOfRange(rows, from, to));
  }

  /** The same rows in another order, the same for the same seed. */
  public Table shuffled(long seed) {
    List<double[]> shuffled = new ArrayList<>(List.of(rows));
    Collections.shuffle(shuffled, new Random(seed));
    return withRows(shuffled.toArray(double[][]::new));
  }

  /** The same rows with further columns of numbers. */
  public Table withColumns(List<String> names, double[][] values) {
    List<String> all = new ArrayList<>(columns);
    all.addAll(names);
    double[][] joined = new double[rows.length][];
    for (int row = 0; row < joined.length; row++) {
      joined[row] = Arrays.copyOf(rows[row], all.size());
      System.arraycopy(values[row], 0, joined[row], columns.size(), names.size());
    }
    return new Table(source, all, joined, dictionaries);
  }

  /**
   * The same rows with a column of texts as one of numbers.
   *
   * @param column name of the column
   * @param numbers one for each text of its dictionary
   */
  public Table withNumbers(String column, double[] numbers) {
    int index = indexOf(column);
    double[][] replaced = new double[rows.length][];
    for (int row = 0; row < rows.length; row++) {
      replaced[row] = rows[row].clone();
      double text = rows[row][index];
      replaced[row][index] = Double.isNaN(text) ? text : numbers[(int) text];
    }
    Map<String, List<String>> others = new HashMap<>(dictionaries);
    others.remove(column);
    return new Table(source, columns, replaced, others);
  }

  /** The same rows with columns of other names. */
  public Table renamed(List<String> names) {
    Map<String, List<String>> renamed = new HashMap<>();
    for (int index = 0; index < names.size(); index++) {
      List<String> dictionary = dictionaries.get(columns.get(index));
      if (dictionary != null) {
        renamed.put(names.get(index), dictionary);
      }
    }
    return new Table(source, names, rows, renamed);
  }

  /**
   * SHA-256 in lower-case hex over the column names (UTF-8), then every number as a big-endian
   * double and every text in UTF-8, row by row.
   */
  public String sha256() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (String column : columns) {
      digest.update(column.getBytes(StandardCharsets.UTF_8));
    }
    ByteBuffer number = ByteBuffer.allocate(Double.BYTES);
    for (double[] row : rows) {
      for (int index = 0; index < row.length; index++) {
        List<String> texts = dictionaries.get(columns.get(index));
        if (texts == null || Double.isNaN(row[index])) {
          digest.update(number.putDouble(0, row[index]).array());
        } else {
          digest.update(texts.get((int) row[index]).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
