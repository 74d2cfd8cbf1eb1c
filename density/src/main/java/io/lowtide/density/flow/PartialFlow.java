package io.lowtide.density.flow;

import io.lowtide.density.ode.SolveStatus;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The density of points of which some components may be missing, given a context: the flow,
 * restricted to the components that are there. Every set of them has a density of its own, which
 * integrates to one; without any it is one. Belongs to one thread; allocates nothing for sets of
 * components that it met lately: as many as take some megabytes, {@value #MOST} at most.
 */
public final class PartialFlow {

  /** Sets of missing components whose restriction is kept. */
  private static final int MOST = 64;

  /** Numbers that these may hold; one is kept even if it alone holds more. */
  private static final long MOST_NUMBERS = 1 << 20;

  private final Flow flow;
  private final Restriction whole;

  /** The one that was used longest ago first. */
  private final Map<BitSet, Restriction> restrictions = new LinkedHashMap<>(2 * MOST, 0.75f, true);

  private final BitSet present = new BitSet();
  private double[] context;
  private long contexts;
  private Restriction last;
  private long numbers;
  private int made;

  PartialFlow(Flow flow) {
    this.flow = flow;
    present.set(0, flow.dimensions());
    this.whole = new Restriction(flow, present.stream().toArray());
    this.last = whole;
  }

  /** The flow of some dimensions, and the context that it has been told. */
  private static final class Restriction {

    private final int[] dimensions;
    private final double[] point;
    private final FlowIntegrator integrator;
    private final long numbers;
    private long context;

    Restriction(Flow flow, int[] dimensions) {
      this.dimensions = dimensions;
      this.point = new double[dimensions.length];
      this.integrator = dimensions.length == 0 ? null : flow.newIntegrator();
      this.numbers = dimensions.length == 0 ? 0 : flow.parameterCount();
    }
  }

  /**
   * Sets the context of the scores that follow.
   *
   * @param context c, k numbers; kept, and not to be changed before the next call
   */
  public void setContext(double[] context) {
    this.context = context;
    contexts++;
  }

  /**
   * Log-density of a point; the result is in {@link #logDensity()}.
   *
   * @param x d numbers, NaN for a component that is missing
   * @return {@link SolveStatus#COMPLETED}, or why there is no log-density
   */
  public SolveStatus score(double[] x) {
    last = restriction(x);
    if (last.integrator == null) {
      return SolveStatus.COMPLETED;
    }
    if (flow.contextDimensions() > 0 && last.context != contexts) {
      last.integrator.setContext(context);
      last.context = contexts;
    }
    for (int i = 0; i < last.point.length; i++) {
      last.point[i] = x[last.dimensions[i]];
    }
    return last.integrator.score(last.point);
  }

  private Restriction restriction(double[] x) {
    present.clear();
    for (int i = 0; i < x.length; i++) {
      if (!Double.isNaN(x[i])) {
        present.set(i);
      }
    }
    if (present.cardinality() == x.length) {
      return whole;
    }
    Restriction known = restrictions.get(present);
    if (known != null) {
      return known;
    }
    int[] dimensions = present.stream().toArray();
    Restriction added =
        new Restriction(dimensions.length == 0 ? flow : flow.restrictedTo(dimensions), dimensions);
    made++;
    numbers += added.numbers;
    restrictions.put((BitSet) present.clone(), added);
    forgetEldest();
    return added;
  }

  private void forgetEldest() {
    Iterator<Restriction> eldest = restrictions.values().iterator();
    while (restrictions.size() > MOST || numbers > MOST_NUMBERS && restrictions.size() > 1) {
      numbers -= eldest.next().numbers;
      eldest.remove();
    }
  }

  /** Numbers that the restrictions hold. */
  long kept() {
    return numbers;
  }

  /** How often a restriction was made. */
  int made() {
    return made;
  }

  /** Log-density found by the last score, in nats; NaN if it did not complete. */
  public double logDensity() {
    return last.integrator == null ? 0 : last.integrator.logDensity();
  }

  /**
   * Copies where the last score led the point to in the base distribution.
   *
   * @param position receives d numbers, NaN for a component that is missing
   */
  public void copyPosition(double[] position) {
    Arrays.fill(position, Double.NaN);
    if (last.integrator == null) {
      return;
    }
    last.integrator.copyPosition(last.point);
    for (int i = 0; i < last.point.length; i++) {
      position[last.dimensions[i]] = last.point[i];
    }
  }

  /** Evaluations of the vector field in the last score. */
  public int evaluations() {
    return last.integrator == null ? 0 : last.integrator.evaluations();
  }

  /**
   * Largest error norm of a step on a checked grid in the last score, in units of the tolerances;
   * not a number where a step overflowed.
   */
  public double largestGridError() {
    return last.integrator == null ? 0 : last.integrator.largestGridError();
  }
}
