package io.lowtide.cuda;

import com.sun.jna.Pointer;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Marginals;
import io.lowtide.trainer.engine.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The mixture that is the base, as the kernel reads it: its marginal for each set of components
 * that records of a batch have ({@code B_...} of the source). Without a mixture it holds nothing.
 */
final class MixtureTable implements AutoCloseable {

  private static final int MEAN = 4;
  private static final int FIRST_CAPACITY = 8;

  private final CudaDevice device;
  private final Pointer stream;
  private final Precision precision;
  private final Optional<GaussianMixture> mixture;
  private final int dimensions;
  private final int records;
  private final Map<BitSet, Integer> positions = new LinkedHashMap<>();
  private final int[] ofRecords;
  private final long marginals;
  private final Pointer marginalsHost;
  private TransferBuffer table;
  private double[] values = new double[0];
  private int capacity;

  private MixtureTable(
      Optional<GaussianMixture> mixture,
      BatchProblem problem,
      CudaDevice device,
      int dimensions,
      Pointer stream) {
    this.mixture = mixture;
    this.device = device;
    this.dimensions = dimensions;
    this.stream = stream;
    this.precision = problem.precision();
    this.records = mixture.isPresent() ? problem.records() : 0;
    this.ofRecords = new int[records];
    long bytes = (long) records * Integer.BYTES;
    this.marginals = device.allocate(bytes);
    this.marginalsHost = device.allocateHost(bytes);
    this.table = new TransferBuffer(device, precision, 0);
    if (mixture.isPresent()) {
      BitSet all = new BitSet();
      all.set(0, mixture.get().dimensions());
      add(List.of(all));
      uploadMarginals();
      device.await(stream);
    }
  }

  /**
   * @param dimensions that the kernel is compiled for
   */
  static MixtureTable of(BatchProblem problem, CudaDevice device, int dimensions, Pointer stream) {
    Optional<GaussianMixture> mixture =
        problem.base() instanceof GaussianMixture it ? Optional.of(it) : Optional.empty();
    return new MixtureTable(mixture, problem, device, dimensions, stream);
  }

  /** Of a mixture; 0 where there is none. */
  int components() {
    return mixture.map(it -> it.components().size()).orElse(0);
  }

  /** Where the table is on the device; it may be another place after {@link #load}. */
  long address() {
    return table.address(0);
  }

  /** Where it is told on the device which marginal belongs to each record. */
  long marginals() {
    return marginals;
  }

  /**
   * Makes ready for a batch.
   *
   * @param present B by d, column-major: 1 for a component that a record has, else 0; empty where
   *     every record has all
   */
  void load(double[] present) {
    if (mixture.isEmpty() || present.length == 0) {
      return;
    }
    List<BitSet> sets = new ArrayList<>();
    for (int record = 0; record < records; record++) {
      BitSet set = new BitSet();
      for (int i = 0; i < mixture.get().dimensions(); i++) {
        set.set(i, present[i * records + record] != 0);
      }
      sets.add(set);
    }
    List<BitSet> unknown =
        sets.stream().filter(set -> !positions.containsKey(set)).distinct().toList();
    if (positions.size() + unknown.size() > capacity) {
      positions.clear();
      unknown = sets.stream().distinct().toList();
    }
    if (!unknown.isEmpty()) {
      add(unknown);
    }
    for (int record = 0; record < records; record++) {
      ofRecords[record] = positions.get(sets.get(record));
    }
    uploadMarginals();
  }

  private void uploadMarginals() {
    marginalsHost.write(0, ofRecords, 0, records);
    device.upload(marginals, marginalsHost, (long) records * Integer.BYTES, stream);
  }

  private void add(List<BitSet> sets) {
    int stride = components() * (MEAN + dimensions + dimensions * dimensions);
    if (sets.size() > capacity) {
      capacity = Math.max(FIRST_CAPACITY, 2 * sets.size());
      values = new double[capacity * stride];
      table.close();
      table = new TransferBuffer(device, precision, values.length);
    }
    for (BitSet set : sets) {
      int position = positions.size();
      positions.put(set, position);
      Arrays.fill(values, position * stride, (position + 1) * stride, 0);
      place(set, position * stride);
    }
    table.put(0, values);
    table.upload(stream);
  }

  /** Rows and columns of what records lack stay zero. */
  private void place(BitSet set, int at) {
    if (set.isEmpty()) {
      // Without any component the density is one, whichever component of the mixture it is of.
      for (int k = 0; k < components(); k++) {
        values[at + k * (MEAN + dimensions + dimensions * dimensions)] =
            Math.log(mixture.get().components().get(k).weight());
      }
      return;
    }
    int[] kept = set.stream().toArray();
    GaussianMixture marginal = Marginals.of(mixture.get(), set);
    int begin = at;
    for (int k = 0; k < components(); k++) {
      double[] mean = marginal.components().get(k).mean();
      double[] whitening = marginal.whitening(k);
      values[begin] = marginal.logScale(k);
      int matrix = begin + MEAN + dimensions;
      int index = 0;
      for (int j = 0; j < kept.length; j++) {
        for (int i = j; i < kept.length; i++) {
          values[begin + MEAN + kept[i]] += whitening[index] * mean[j];
          values[matrix + kept[i] * dimensions + kept[j]] = whitening[index++];
        }
      }
      begin += MEAN + dimensions + dimensions * dimensions;
    }
  }

  @Override
  public void close() {
    table.close();
    device.free(marginals);
    device.freeHost(marginalsHost);
  }
}
