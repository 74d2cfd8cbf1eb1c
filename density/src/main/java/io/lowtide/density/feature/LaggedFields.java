package io.lowtide.density.feature;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields whose past values a score takes: training builds their columns by this class and the
 * stream its context, so that the two cannot disagree. Immutable.
 */
public final class LaggedFields {

  private final Map<String, Integer> depths = new TreeMap<>();
  private final List<Position> positions = new ArrayList<>();

  /** Where a lagged value goes in a record's values. */
  private record Position(int index, String field, int lag, boolean difference) {}

  /**
   * @param inputs the values that a score takes, in their order
   */
  public LaggedFields(List<FeatureInput> inputs) {
    for (int index = 0; index < inputs.size(); index++) {
      FeatureInput input = inputs.get(index);
      if (input.needsHistory()) {
        int lag = Math.max(1, input.lag());
        positions.add(new Position(index, input.field(), lag, input.difference()));
        depths.merge(input.field(), lag, Math::max);
      }
    }
  }

  /** The fields, each once. */
  public List<String> names() {
    return List.copyOf(depths.keySet());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return positions.isEmpty();
  }

  /** Whether a history that is kept for these fields has all that others ask for. */
  public boolean cover(LaggedFields others) {
    return others.depths.entrySet().stream()
        .allMatch(asked -> depths.getOrDefault(asked.getKey(), 0) >= asked.getValue());
  }

  /**
   * Puts what is remembered where a record's lagged values belong, and takes it from those of which
   * the change counts.
   *
   * @param past of the records before
   * @param values the record's values, one for each input
   */
  public void fill(KeyHistory past, double[] values) {
    for (Position position : positions) {
      double before = past.before(position.field(), position.lag());
      values[position.index()] = position.difference() ? values[position.index()] - before : before;
    }
  }

  /**
   * The history after one more record.
   *
   * @param past of the records before
   * @param latest the record's own values of {@link #names}, NaN where missing
   */
  public KeyHistory after(KeyHistory past, double[] latest) {
    return past.after(depths, latest);
  }
}
