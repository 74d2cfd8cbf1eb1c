package io.lowtide.trainer.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Finite numbers in rows and named columns; not to be changed.
 *
 * @param source where it comes from, for messages and provenance
 * @param columns names of the columns
 * @param rows the rows, each as long as {@code columns}
 */
public record Table(String source, List<String> columns, double[][] rows) {

  /** Copies the names, not the numbers. */
  public Table {
    columns = List.copyOf(columns);
  }

  /** Number of rows. */
  public int size() {
    return rows.length;
  }

  /** A copy of one column. */
  public double[] column(int index) {
    double[] values = new double[rows.length];
    for (int row = 0; row < rows.length; row++) {
      values[row] = rows[row][index];
    }
    return values;
  }

  /** The rows from one index up to, not including, another. */
  public Table rows(int from, int to) {
    return new Table(source, columns, java.util.Arrays.copyOfRange(rows, from, to));
  }

  /**
   * SHA-256 in lower-case hex over the column names (UTF-8), then every value as a big-endian
   * double, row by row.
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
    ByteBuffer buffer = ByteBuffer.allocate(columns.size() * Double.BYTES);
    for (double[] row : rows) {
      buffer.clear();
      for (double value : row) {
        buffer.putDouble(value);
      }
      digest.update(buffer.array());
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
