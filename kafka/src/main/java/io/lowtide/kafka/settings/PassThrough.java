package io.lowtide.kafka.settings;

import java.util.Optional;
import java.util.function.Function;

/**
 * Settings that are handed on to somebody else, whose names are not ours to list: every name under
 * a prefix.
 *
 * @param prefix such as {@code kafka.}
 * @param objection why a name, given without the prefix, is not for the user to set; empty if it is
 */
public record PassThrough(String prefix, Function<String, Optional<String>> objection) {

  /** Every name under the prefix, whatever it is. */
  public static PassThrough all(String prefix) {
    return new PassThrough(prefix, name -> Optional.empty());
  }

  boolean takes(String name) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  Optional<String> objectionTo(String name) {
    return takes(name) ? objection.apply(name.substring(prefix.length())) : Optional.empty();
  }
}
