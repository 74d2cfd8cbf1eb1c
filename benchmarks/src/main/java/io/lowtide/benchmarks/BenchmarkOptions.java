package io.lowtide.benchmarks;

import io.lowtide.cli.OptionException;
import io.lowtide.kafka.settings.NearestName;
import java.util.List;
import java.util.function.Function;

/** The option that several benchmarks have to run some sets alone. */
public final class BenchmarkOptions {

  private BenchmarkOptions() {}

  /**
   * The sets with one of these names, in the order of the sets; all of them where no name is given.
   *
   * @param sets at least one
   * @param name name of a set
   * @param only names to keep
   * @throws OptionException naming a name that no set has, and the nearest that one has
   */
  public static <S> List<S> only(List<S> sets, Function<S, String> name, List<String> only) {
    List<String> names = sets.stream().map(name).toList();
    for (String wanted : only) {
      if (!names.contains(wanted)) {
        throw new OptionException(
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
