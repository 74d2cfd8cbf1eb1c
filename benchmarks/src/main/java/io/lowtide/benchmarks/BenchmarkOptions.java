package io.lowtide.benchmarks;

import io.lowtide.schemas.config.NearestName;
import java.util.List;
import java.util.function.Function;

/** Checks of options that several benchmarks have. */
public final class BenchmarkOptions {

  private BenchmarkOptions() {}

  /**
   * Refuses a number of repetitions below one.
   *
   * @throws IllegalArgumentException naming the option and its value
   */
  public static void requireAtLeastOne(String option, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(option + ": " + value + ", expected at least 1");
    }
  }

  /**
   * The sets with one of these names, in the order of the sets; all of them where no name is given.
   *
   * @param sets at least one
   * @param name name of a set
   * @param only names to keep
   * @throws IllegalArgumentException naming a name that no set has, and the nearest that one has
   */
  public static <S> List<S> only(List<S> sets, Function<S, String> name, List<String> only) {
    List<String> names = sets.stream().map(name).toList();
    for (String wanted : only) {
      if (!names.contains(wanted)) {
        throw new IllegalArgumentException(
            "--only: no set \""
                + wanted
                + "\"; did you mean \""
                + NearestName.of(wanted, names)
                + "\"?");
      }
    }
    return sets.stream().filter(set -> only.isEmpty() || only.contains(name.apply(set))).toList();
  }
}
