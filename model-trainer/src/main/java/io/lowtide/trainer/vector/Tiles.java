package io.lowtide.trainer.vector;

/**
 * The records of a batch in tiles, which are evaluated one after the other so that what is computed
 * of one stays near the processor. A tile's rows lie one after the other, its records side by side;
 * the last tile is padded with records that are none.
 *
 * @param records B
 * @param width records of a tile
 * @param count tiles
 */
record Tiles(int records, int width, int count) {

  /** So many records of two layers of 64 units, with all that is known of them, fit 1 MiB. */
  private static final int MOST = 64;

  /**
   * As few tiles as there can be, as equal as can be.
   *
   * @param unit what a width is a multiple of
   */
  static Tiles of(int records, int unit) {
    int count = (records + MOST - 1) / MOST;
    int share = (records + count - 1) / count;
    int width = (share + unit - 1) / unit * unit;
    return new Tiles(records, width, (records + width - 1) / width);
  }

  /** Numbers of a matrix of so many rows in each tile. */
  int size(int rows) {
    return count * rows * width;
  }

  /** Records of a tile that are no padding. */
  int recordsOf(int tile) {
    return Math.min(width, records - tile * width);
  }

  /**
   * Lays columns of a batch out as rows of tiles.
   *
   * @param columnMajor B by {@code columns}
   * @param to of {@code rows} in each tile, of which those from {@code first} on receive the
   *     columns
   */
  <A> void put(Kernels<A> kernels, double[] columnMajor, int columns, A to, int rows, int first) {
    for (int tile = 0; tile < count; tile++) {
      for (int column = 0; column < columns; column++) {
        kernels.read(
            columnMajor,
            column * records + tile * width,
            to,
            (tile * rows + first + column) * width,
            recordsOf(tile));
      }
    }
  }

  /**
   * The other way round.
   *
   * @param from of {@code columns} rows in each tile
   * @param columnMajor receives them, B by {@code columns}
   */
  <A> void get(Kernels<A> kernels, A from, int columns, double[] columnMajor) {
    for (int tile = 0; tile < count; tile++) {
      for (int column = 0; column < columns; column++) {
        kernels.write(
            from,
            (tile * columns + column) * width,
            columnMajor,
            column * records + tile * width,
            recordsOf(tile));
      }
    }
  }
}
