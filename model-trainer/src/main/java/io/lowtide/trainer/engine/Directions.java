package io.lowtide.trainer.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The directions that a problem takes products (df/dz) e with, and what each is for. A random probe
 * gives Hutchinson's estimate of the divergence and the Jacobian penalty; unit vectors give the
 * exact divergence of a field of three and more hidden layers. The closed form, of one or two,
 * counts the components that a record lacks, too: their part is taken away, component by component
 * where few are optional, else by the estimate of one random probe.
 */
public final class Directions {

  private static final int UNIT_VECTOR = -1;

  private final List<Direction> list = new ArrayList<>();
  private final boolean closedTrace;
  private int randomProbes;

  /**
   * One direction, the same in every evaluation.
   *
   * @param probe index among the random ones; -1 for the unit vector of a component
   * @param component of the unit vector; 0 for a random one
   * @param absent whether it lies among the components that a record lacks, not those that it has
   * @param traceFactor of e' (df/dz) e in the divergence: 1, -1, or 0 where it has no part in it
   * @param penalised whether |(df/dz) e|^2 is what the Jacobian penalty charges
   */
  public record Direction(
      int probe, int component, boolean absent, int traceFactor, boolean penalised) {

    /** Whether it is drawn at random. */
    public boolean isRandom() {
      return probe != UNIT_VECTOR;
    }
  }

  /** Those of a problem. */
  public Directions(BatchProblem problem) {
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
    list.add(new Direction(probe, component, absent, traceFactor, penalised));
  }

  /** Whether the divergence is found in closed form. */
  public boolean closedTrace() {
    return closedTrace;
  }

  /** Number of directions. */
  public int count() {
    return list.size();
  }

  /** Number of those that are drawn at random. */
  public int randomProbes() {
    return randomProbes;
  }

  /** The directions, in the order in which their random ones are drawn. */
  public List<Direction> list() {
    return Collections.unmodifiableList(list);
  }
}
