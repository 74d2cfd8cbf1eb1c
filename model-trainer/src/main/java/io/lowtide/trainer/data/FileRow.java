package io.lowtide.trainer.data;

import java.util.Optional;

/** The row that is being read of files, one behind the other. */
final class FileRow implements RowOrigin {

  private final ReadingProgress progress;
  private String file;
  private int before;
  private int number;

  FileRow(String source) {
    this.progress = new ReadingProgress(source, "read", 0);
  }

  /**
   * The sample of files, which do not say when their records were.
   *
   * @throws DataException if one by time is asked for
   */
  static RowSample sample(String source, Sampling sampling) {
    if (sampling.kind() == Sampling.Kind.TIME) {
      throw new DataException(
          source
              + ": a sample by time, expected a uniform one: files do not say when their records were");
    }
    return new RowSample(Strata.single(sampling.mostRows()), sampling.seed());
  }

  /** The next row is the first one of a file. */
  void begin(String name) {
    file = name;
    before = number;
  }

  void advance() {
    number++;
    progress.next();
  }

  ReadingTally tally() {
    return new ReadingTally(number, 0, 0, Optional.empty(), Optional.empty());
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public long identity() {
    return number;
  }

  @Override
  public long time() {
    return 0;
  }

  @Override
  public double key() {
    return 0;
  }

  @Override
  public boolean isMarked() {
    return false;
  }

  @Override
  public String place() {
    return file + " record " + (number - before);
  }
}
