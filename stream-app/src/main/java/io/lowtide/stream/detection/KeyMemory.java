package io.lowtide.stream.detection;

import java.util.Optional;

/**
 * What is remembered of each key. A {@link RecordJudge} only looks it up; what its verdict says is
 * remembered by whoever asked for the verdict, once nothing can fail on the record any more.
 *
 * @param <T> what is remembered of one key
 */
public interface KeyMemory<T> {

  /**
   * What is remembered of a key.
   *
   * @param key null for the records without one
   */
  Optional<T> of(byte[] key);

  /**
   * Remembers this of a key from now on.
   *
   * @param key null for the records without one
   */
  void remember(byte[] key, T known);

  /** Remembers nothing of any key. */
  static <T> KeyMemory<T> none() {
    return new KeyMemory<>() {
      @Override
      public Optional<T> of(byte[] key) {
        return Optional.empty();
      }

      @Override
      public void remember(byte[] key, T known) {
        // Nothing, so that nothing is known of the key later on either.
      }
    };
  }
}
