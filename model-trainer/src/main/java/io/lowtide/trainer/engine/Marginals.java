package io.lowtide.trainer.engine;

import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.GaussianMixture;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The marginals of a mixture over the components that records have, kept for the sets that were met
 * last. Belongs to one thread.
 */
public final class Marginals {

  /** Sets of components whose marginal is kept. */
  private static final int KEPT = 64;

  private final GaussianMixture mixture;
  private final Map<BitSet, BaseEvaluator> evaluators =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BitSet, BaseEvaluator> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param mixture of all components
   */
  public Marginals(GaussianMixture mixture) {
    this.mixture = mixture;
  }

  /**
   * An evaluator of the marginal over some components; good until the next call.
   *
   * @param present those that a record has, at least one
   */
  public BaseEvaluator evaluator(BitSet present) {
    BaseEvaluator known = evaluators.get(present);
    if (known != null) {
      return known;
    }
    BaseEvaluator made = of(mixture, present).newEvaluator();
    evaluators.put((BitSet) present.clone(), made);
    return made;
  }

  /** The marginal itself. */
  public static GaussianMixture of(GaussianMixture mixture, BitSet present) {
    return present.cardinality() == mixture.dimensions()
        ? mixture
        : mixture.restrictedTo(present.stream().toArray());
  }
}
