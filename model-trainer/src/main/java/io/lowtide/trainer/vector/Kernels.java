package io.lowtide.trainer.vector;

import java.util.List;

/**
 * Arithmetic on arrays of one precision. A matrix of a tile lies row by row, {@code width} records
 * side by side, so that records fill the registers and no sum crosses their lanes.
 *
 * <p>Matrices that multiply those of a tile are packed in panels of {@link #PANEL} rows, each
 * column by column, the last panel padded with zeros: element (i, k) of a matrix of K columns lies
 * at {@code (i / PANEL * K + k) * PANEL + i % PANEL}. Results have as many rows as the panels.
 *
 * <p>Not to be used by two threads at once.
 *
 * @param <A> the array
 */
interface Kernels<A> {

  /** Rows of a panel. */
  int PANEL = 8;

  /** Numbers that a register holds; widths are multiples of {@link #widthUnit()}. */
  int lanes();

  /** What the width of a tile is a multiple of. */
  int widthUnit();

  /** Zeros. */
  A newArray(int length);

  /** Rounds numbers to the precision. */
  void read(double[] from, int fromAt, A to, int toAt, int count);

  /** The other way round. */
  void write(A from, int fromAt, double[] to, int toAt, int count);

  /** Sets numbers to a value. */
  void fill(A array, int at, int count, double value);

  /** Copies numbers. */
  void copy(A from, int fromAt, A to, int toAt, int count);

  /**
   * out = W x.
   *
   * @param panels W, packed
   * @param rows of W, a multiple of {@link #PANEL}
   * @param depth columns of W, and rows of x
   */
  void product(A panels, int rows, int depth, A x, int xAt, int width, A out, int outAt);

  /**
   * sums += weight left right.
   *
   * @param left a matrix of the tile, of as many rows, a multiple of {@link #PANEL}
   * @param right a transposed one, {@code width} by {@code columns}, a multiple of the lanes
   * @param sums receives rows by columns from {@code at} on
   */
  void outer(
      A left,
      int rows,
      A right,
      int rightAt,
      int columns,
      int width,
      double weight,
      A sums,
      int at);

  /** out = x', its rows {@code columns} apart. */
  void transpose(A x, int xAt, int rows, int width, A out, int outAt, int columns);

  /**
   * Gates from what they depend on: out = 2 sigmoid(base + time s), row by row.
   *
   * @param width of a tile, or 1 where all records have the same
   */
  void gates(A base, int baseAt, A time, double s, int rows, int width, A out);

  /**
   * out = base + time s, row by row.
   *
   * @param width of a tile, or 1 where all records have the same
   */
  void shift(A base, int baseAt, A time, double s, int rows, int width, A out);

  /**
   * A hidden layer from W x: h = activation(g W x + b), its derivative, and the sensitivity u,
   * which is the derivative times the gate, and 0 for a record that is none.
   *
   * @param perRecord whether gates and biases are matrices of the tile, or one number for each row
   * @param valid 1 for a record and 0 for padding, {@code width} numbers
   */
  void activate(Layer<A> layer, boolean softplus, boolean perRecord, A valid, int validAt);

  /**
   * Pulls cotangents back through a layer. {@code layer.pulled()} holds that of u and becomes that
   * of W x; {@code layer.cotangent()} holds that of h and becomes that of b; {@code layer.ofGate()}
   * becomes that of what the gate is the sigmoid of.
   */
  void pullBack(Layer<A> layer, boolean softplus, boolean perRecord);

  /**
   * Pulls the cotangent of a tangent back through a layer: it is added to that of u, {@code
   * layer.pulled()}, and times u becomes {@code layer.tangentPulled()}.
   */
  void pullTangent(Layer<A> layer);

  /** out = present (x + bias), the output of the field. */
  void output(
      A x,
      A bias,
      int biasAt,
      boolean perRecord,
      A present,
      int presentAt,
      int rows,
      int width,
      A out,
      int outAt);

  /** out = a b, element by element. */
  void multiply(A a, int aAt, A b, int bAt, A out, int outAt, int count);

  /** out = p a + q b. */
  void combine(double p, A a, int aAt, double q, A b, int bAt, A out, int outAt, int count);

  /** out = base + sum of factors[i] terms[i]; out may be the base. */
  void addScaled(A base, List<A> terms, double[] factors, A out, int count);

  /** For each record, out += factor times the sum over the rows of a b. */
  void contract(A a, int aAt, A b, int bAt, int rows, int width, double factor, A out, int outAt);

  /**
   * For each row, adds weight times its sum over the records to a constant's sum, and that times s
   * to a slope's. Sums are kept apart by lanes.
   */
  void rowSums(
      A x, int rows, int width, double weight, double s, A sums, int constantAt, int timeAt);
}
