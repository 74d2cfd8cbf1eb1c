package io.lowtide.cuda;

import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.FlowObjective;
import io.lowtide.trainer.engine.TraceMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The directions that a problem takes products (df/dz) e with, and what each is for. A random probe
 * gives Hutchinson's estimate of the divergence and the Jacobian penalty; unit vectors give the
 * exact divergence of a field of three and more hidden layers. The closed form, of one or two,
 * counts the components that a record lacks, too: their part is taken away, component by component
 * where few are optional, else by the estimate of one random probe.
 */
final class Directions {

  private static final int UNIT_VECTOR = -1;

  private final List<int[]> list = new ArrayList<>();
  private final boolean closedTrace;
  private int randomProbes;

  Directions(BatchProblem problem) {
    FlowObjective objective = problem.objective();
    boolean penalised = objective.jacobianPenalty() > 0;
    this.closedTrace = objective.hasClosedFormDivergence(problem.shape());
    if (objective.trace() == TraceMode.HUTCHINSON) {
      addRandom(false, 1, penalised);
      return;
    }
    if (penalised) {
      addRandom(false, 0, true);
    }
    if (!closedTrace) {
      for (int component = 0; component < problem.shape().dimensions(); component++) {
        add(UNIT_VECTOR, component, false, 1, false);
      }
    } else if (problem.optional().length > FlowObjective.MOST_EXACTLY_ABSENT) {
      addRandom(true, -1, false);
    } else {
      for (int component : problem.optional()) {
        add(UNIT_VECTOR, component, true, -1, false);
      }
    }
  }

  private void addRandom(boolean absent, int traceFactor, boolean penalised) {
    add(randomProbes++, 0, absent, traceFactor, penalised);
  }

  private void add(int probe, int component, boolean absent, int traceFactor, boolean penalised) {
    list.add(new int[] {probe, component, absent ? 1 : 0, traceFactor, penalised ? 1 : 0});
  }

  /** Whether the divergence is found in closed form. */
  boolean closedTrace() {
    return closedTrace;
  }

  /** Number of directions. */
  int count() {
    return list.size();
  }

  /** Number of those that are drawn at random. */
  int randomProbes() {
    return randomProbes;
  }

  /** {@code enum Direction} of the source, one direction after the other. */
  int[] table() {
    return list.stream().flatMapToInt(Arrays::stream).toArray();
  }
}
