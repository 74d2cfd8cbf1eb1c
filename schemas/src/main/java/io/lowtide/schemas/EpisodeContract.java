package io.lowtide.schemas;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.Schema;

/**
 * The versions that the contract {@link Episode} has had: what was stored by an earlier one is read
 * by it. A change of the contract adds a file and goes on to the next number.
 */
public final class EpisodeContract {

  /** The version that {@link Episode} is now. */
  public static final int LATEST = 2;

  private static final List<Schema> VERSIONS =
      IntStream.rangeClosed(1, LATEST).mapToObj(EpisodeContract::read).toList();

  private EpisodeContract() {}

  /**
   * The schema of a version.
   *
   * @param number between 1 and {@link #LATEST}
   */
  public static Schema version(int number) {
    return VERSIONS.get(number - 1);
  }

  private static Schema read(int number) {
    String file = "Episode-" + number + ".avsc";
    try (InputStream text = EpisodeContract.class.getResourceAsStream(file)) {
      return new Schema.Parser().parse(text);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
