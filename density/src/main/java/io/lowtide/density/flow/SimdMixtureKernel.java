package io.lowtide.density.flow;

import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The mixture on SIMD registers: lanes run over its components, and each walks the triangles in the
 * order of {@link ScalarMixtureKernel}, without fused operations, to the same bits.
 *
 * <p>Components that fill a register lie together: their log scales, then their means, then L^-1 by
 * rows, each number as a register. The last register is filled by repeating the last component.
 */
final class SimdMixtureKernel implements MixtureKernel {

  private static final VectorSpecies<Double> SPECIES = SimdExponential.SPECIES;

  static final int LANES = SPECIES.length();

  private final int components;
  private final int dimensions;
  private final double[] table;

  SimdMixtureKernel(double[][] means, double[][] whitening, double[] logScale) {
    this.components = means.length;
    this.dimensions = means[0].length;
    this.table = new double[blocks(components) * stride(dimensions)];
    for (int k = 0; k < blocks(components) * LANES; k++) {
      int component = Math.min(k, components - 1);
      int at = k / LANES * stride(dimensions) + k % LANES;
      table[at] = logScale[component];
      int index = 0;
      for (int j = 0; j < dimensions; j++) {
        table[at + (1 + j) * LANES] = means[component][j];
        for (int i = j; i < dimensions; i++) {
          table[at + entry(dimensions, i, j)] = whitening[component][index++];
        }
      }
    }
  }

  private static int blocks(int components) {
    return (components + LANES - 1) / LANES;
  }

  /** Numbers of one block. */
  private static int stride(int dimensions) {
    return entry(dimensions, dimensions, 0);
  }

  /** Where L^-1 has row i and column j in a block. */
  private static int entry(int dimensions, int i, int j) {
    return (1 + dimensions + i * (i + 1) / 2 + j) * LANES;
  }

  @Override
  public void copyWhitening(int component, double[] inverse) {
    int at = component / LANES * stride(dimensions) + component % LANES;
    int index = 0;
    for (int j = 0; j < dimensions; j++) {
      for (int i = j; i < dimensions; i++) {
        inverse[index++] = table[at + entry(dimensions, i, j)];
      }
    }
  }

  @Override
  public MixtureWorkspace newWorkspace() {
    return new Workspace(components, dimensions, table);
  }

  private static final class Workspace extends MixtureWorkspace {

    /** Rows, or columns, that are summed side by side: enough to hide the latency of a sum. */
    private static final int SIDE_BY_SIDE = 4;

    /** Of log-densities, in nats: whitened numbers are below 1e101 where it is not reached. */
    private static final double CLOSE_TO_OVERFLOW = -1e200;

    private final double[] table;
    private final double[] centred;

    /** Squared lengths, of the block at hand. */
    private final double[] squares = new double[LANES];

    private final double[] whitened;
    private final double[] slope;

    Workspace(int components, int dimensions, double[] table) {
      super(components, blocks(components) * LANES, dimensions);
      this.table = table;
      this.centred = new double[dimensions * LANES];
      this.whitened = new double[blocks(components) * dimensions * LANES];
      this.slope = new double[dimensions * LANES];
    }

    @Override
    double whiten(double[] z, double margin) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int block = 0; block < blocks(components); block++) {
        centre(block, z);
        largest = Math.max(largest, whitenBlock(block, least(largest, margin)));
      }
      Arrays.fill(logDensities, components, logDensities.length, Double.NEGATIVE_INFINITY);
      return largest;
    }

    private void centre(int block, double[] z) {
      int means = block * stride(dimensions) + LANES;
      for (int j = 0; j < dimensions; j++) {
        DoubleVector.broadcast(SPECIES, z[j])
            .sub(load(table, means + j * LANES))
            .intoArray(centred, j * LANES);
      }
    }

    /**
     * Log-densities of a block; all minus infinity if each is below {@code least}.
     *
     * @return the largest
     */
    private double whitenBlock(int block, double least) {
      if (!whitenRows(block, least)) {
        Arrays.fill(logDensities, block * LANES, (block + 1) * LANES, Double.NEGATIVE_INFINITY);
        return Double.NEGATIVE_INFINITY;
      }
      whitenLastRows(block);
      DoubleVector found = load(table, block * stride(dimensions)).sub(load(squares, 0).mul(0.5));
      found.intoArray(logDensities, block * LANES);
      return found.reduceLanes(VectorOperators.MAX);
    }

    /**
     * All rows but the last ones, {@value #SIDE_BY_SIDE} at a time.
     *
     * @return false if every log-density is below {@code least}
     */
    private boolean whitenRows(int block, double least) {
      int from = block * stride(dimensions);
      DoubleVector most = load(table, from).sub(least).mul(2);
      DoubleVector sum = DoubleVector.zero(SPECIES);
      int at = from + entry(dimensions, 0, 0);
      for (int i = 0; i + SIDE_BY_SIDE <= dimensions; i += SIDE_BY_SIDE) {
        int at1 = at + (i + 1) * LANES;
        int at2 = at1 + (i + 2) * LANES;
        int at3 = at2 + (i + 3) * LANES;
        DoubleVector row0 = DoubleVector.zero(SPECIES);
        DoubleVector row1 = DoubleVector.zero(SPECIES);
        DoubleVector row2 = DoubleVector.zero(SPECIES);
        DoubleVector row3 = DoubleVector.zero(SPECIES);
        for (int j = 0; j <= i * LANES; j += LANES) {
          DoubleVector factor = load(centred, j);
          row0 = row0.add(load(table, at + j).mul(factor));
          row1 = row1.add(load(table, at1 + j).mul(factor));
          row2 = row2.add(load(table, at2 + j).mul(factor));
          row3 = row3.add(load(table, at3 + j).mul(factor));
        }
        int j = (i + 1) * LANES;
        DoubleVector factor = load(centred, j);
        row1 = row1.add(load(table, at1 + j).mul(factor));
        row2 = row2.add(load(table, at2 + j).mul(factor));
        row3 = row3.add(load(table, at3 + j).mul(factor));
        j += LANES;
        factor = load(centred, j);
        row2 = row2.add(load(table, at2 + j).mul(factor));
        row3 = row3.add(load(table, at3 + j).mul(factor));
        j += LANES;
        row3 = row3.add(load(table, at3 + j).mul(load(centred, j)));
        int into = (block * dimensions + i) * LANES;
        row0.intoArray(whitened, into);
        row1.intoArray(whitened, into + LANES);
        row2.intoArray(whitened, into + 2 * LANES);
        row3.intoArray(whitened, into + 3 * LANES);
        sum = sum.add(row0.mul(row0)).add(row1.mul(row1)).add(row2.mul(row2)).add(row3.mul(row3));
        if (sum.sub(most).reduceLanes(VectorOperators.MIN) > 0) {
          return false;
        }
        at = at3 + (i + SIDE_BY_SIDE) * LANES;
      }
      sum.intoArray(squares, 0);
      return true;
    }

    /** The rows that {@link #whitenRows} leaves. */
    private void whitenLastRows(int block) {
      for (int i = dimensions - dimensions % SIDE_BY_SIDE; i < dimensions; i++) {
        int at = block * stride(dimensions) + entry(dimensions, i, 0);
        DoubleVector row = DoubleVector.zero(SPECIES);
        for (int j = 0; j <= i * LANES; j += LANES) {
          row = row.add(load(table, at + j).mul(load(centred, j)));
        }
        row.intoArray(whitened, (block * dimensions + i) * LANES);
        // Through the array: a register that two loops share would be an object.
        load(squares, 0).add(row.mul(row)).intoArray(squares, 0);
      }
    }

    @Override
    void copyWhitened(int component, double[] residual) {
      int at = component / LANES * dimensions * LANES + component % LANES;
      for (int i = 0; i < dimensions; i++) {
        residual[i] = whitened[at + i * LANES];
      }
    }

    @Override
    void exponentials(double largest) {
      DoubleVector lowest = DoubleVector.broadcast(SPECIES, -NEGLIGIBLE);
      for (int at = 0; at < logDensities.length; at += LANES) {
        DoubleVector x = load(logDensities, at).sub(largest).lanewise(VectorOperators.MAX, lowest);
        x.intoArray(weights, at);
      }
      SimdExponential.reduce(weights, shifts, weights.length);
    }

    @Override
    void addSlopes() {
      for (int block = 0; block < blocks(components); block++) {
        if (clear(block)) {
          pullBack(block);
          addSlope(block);
        }
      }
    }

    /**
     * L'^-1 whitened: of some columns at a time the corner, then the rows that all of them have.
     */
    private void pullBack(int block) {
      int inverse = block * stride(dimensions);
      int rows = block * dimensions * LANES;
      int j = 0;
      for (; j + SIDE_BY_SIDE <= dimensions; j += SIDE_BY_SIDE) {
        int at = inverse + entry(dimensions, j, j);
        int row = rows + j * LANES;
        DoubleVector factor = load(whitened, row);
        DoubleVector sum0 = DoubleVector.zero(SPECIES).add(load(table, at).mul(factor));
        at += (j + 1) * LANES;
        row += LANES;
        factor = load(whitened, row);
        sum0 = sum0.add(load(table, at).mul(factor));
        DoubleVector sum1 = DoubleVector.zero(SPECIES).add(load(table, at + LANES).mul(factor));
        at += (j + 2) * LANES;
        row += LANES;
        factor = load(whitened, row);
        sum0 = sum0.add(load(table, at).mul(factor));
        sum1 = sum1.add(load(table, at + LANES).mul(factor));
        DoubleVector sum2 = DoubleVector.zero(SPECIES).add(load(table, at + 2 * LANES).mul(factor));
        DoubleVector sum3 = DoubleVector.zero(SPECIES);
        for (int i = j + 3; i < dimensions; i++) {
          at += i * LANES;
          row += LANES;
          factor = load(whitened, row);
          sum0 = sum0.add(load(table, at).mul(factor));
          sum1 = sum1.add(load(table, at + LANES).mul(factor));
          sum2 = sum2.add(load(table, at + 2 * LANES).mul(factor));
          sum3 = sum3.add(load(table, at + 3 * LANES).mul(factor));
        }
        sum0.intoArray(slope, j * LANES);
        sum1.intoArray(slope, (j + 1) * LANES);
        sum2.intoArray(slope, (j + 2) * LANES);
        sum3.intoArray(slope, (j + 3) * LANES);
      }
      for (; j < dimensions; j++) {
        DoubleVector sum = DoubleVector.zero(SPECIES);
        int at = inverse + entry(dimensions, j, j);
        for (int i = j; i < dimensions; i++) {
          sum = sum.add(load(table, at).mul(load(whitened, rows + i * LANES)));
          at += (i + 1) * LANES;
        }
        sum.intoArray(slope, j * LANES);
      }
    }

    /**
     * Sets to zero what 0 times may not be: whitened numbers close to overflow, of components
     * without weight.
     *
     * @return whether any component of the block has weight
     */
    private boolean clear(int block) {
      boolean any = false;
      for (int lane = 0; lane < LANES; lane++) {
        int component = Math.min(block * LANES + lane, components - 1);
        if (weights[component] > 0) {
          any = true;
        } else if (logDensities[component] < CLOSE_TO_OVERFLOW) {
          int rows = block * dimensions * LANES + lane;
          for (int i = 0; i < dimensions; i++) {
            whitened[rows + i * LANES] = 0;
          }
        }
      }
      return any;
    }

    /** Adds what {@link #pullBack} found, each lane by its weight. */
    private void addSlope(int block) {
      int part = block * LANES % PARTIAL_SUMS;
      for (int j = 0; j < dimensions; j++) {
        int into = j * PARTIAL_SUMS + part;
        load(slopes, into)
            .add(load(slope, j * LANES).mul(load(weights, block * LANES)))
            .intoArray(slopes, into);
      }
    }

    private static DoubleVector load(double[] values, int at) {
      return DoubleVector.fromArray(SPECIES, values, at);
    }
  }
}
