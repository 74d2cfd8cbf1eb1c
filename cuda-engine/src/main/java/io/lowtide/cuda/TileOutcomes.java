package io.lowtide.cuda;

import com.sun.jna.Pointer;
import io.lowtide.density.ode.SolveStatus;
import io.lowtide.trainer.engine.SolveException;

/** How the tiles of a batch fared: {@code struct Outcome} of the source, one for each. */
final class TileOutcomes implements AutoCloseable {

  private static final long BYTES = 24;
  private static final long TIME_AT = 16;
  private static final int INTEGERS = (int) (BYTES / Integer.BYTES);

  private static final SolveStatus[] STATUSES = {
    SolveStatus.COMPLETED,
    SolveStatus.BUDGET_EXCEEDED,
    SolveStatus.STEP_TOO_SMALL,
    SolveStatus.NOT_FINITE
  };

  private final CudaDevice device;
  private final int tiles;
  private final long address;
  private final Pointer host;
  private final int[] numbers;

  TileOutcomes(CudaDevice device, int tiles) {
    this.device = device;
    this.tiles = tiles;
    this.host = device.allocateHost(BYTES * tiles);
    this.address = device.allocate(BYTES * tiles);
    this.numbers = new int[INTEGERS * tiles];
  }

  /** Where they are on the device. */
  long address() {
    return address;
  }

  void download(Pointer stream) {
    device.download(host, address, BYTES * tiles, stream);
  }

  /**
   * Takes over what was downloaded. Nothing else, if every tile was integrated.
   *
   * @throws SolveException for the first that was not
   */
  void require() {
    host.read(0, numbers, 0, numbers.length);
    for (int tile = 0; tile < tiles; tile++) {
      int status = number(tile, 0);
      if (status != 0) {
        throw new SolveException(
            STATUSES[status],
            number(tile, 1) + number(tile, 2),
            host.getDouble(BYTES * tile + TIME_AT));
      }
    }
  }

  /** Mean over the tiles of the evaluations in the forward solve, rounded. */
  int forwardEvaluations() {
    return mean(1);
  }

  /** Mean over the tiles of the evaluations in the adjoint solve, rounded. */
  int backwardEvaluations() {
    return mean(2);
  }

  /** Of the tile that took the most, which the others wait for; the mean is 1. */
  double slowest() {
    long sum = 0;
    int most = 0;
    for (int tile = 0; tile < tiles; tile++) {
      int evaluations = number(tile, 1) + number(tile, 2);
      sum += evaluations;
      most = Math.max(most, evaluations);
    }
    return (double) most * tiles / sum;
  }

  private int mean(int number) {
    long sum = 0;
    for (int tile = 0; tile < tiles; tile++) {
      sum += number(tile, number);
    }
    return (int) Math.round((double) sum / tiles);
  }

  private int number(int tile, int index) {
    return numbers[INTEGERS * tile + index];
  }

  @Override
  public void close() {
    device.freeHost(host);
    device.free(address);
  }
}
