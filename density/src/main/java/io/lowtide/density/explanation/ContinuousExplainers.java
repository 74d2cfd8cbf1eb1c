package io.lowtide.density.explanation;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.flow.Flow;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/** An explainer for each set of values that are there, as long as those are few. */
final class ContinuousExplainers {

  /** Each holds working arrays as large as the weights of the model. */
  private static final int MOST = 8;

  private final FeatureEncoder encoder;
  private final Flow flow;
  private final Map<BitSet, ContinuousExplainer> explainers =
      new LinkedHashMap<>(2 * MOST, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BitSet, ContinuousExplainer> eldest) {
          return size() > MOST;
        }
      };

  ContinuousExplainers(FeatureEncoder encoder, Flow flow) {
    this.encoder = encoder;
    this.flow = flow;
  }

  /**
   * The explainer of a record; null if none of its values is there.
   *
   * @param encoded d numbers, NaN for one that is missing
   */
  ContinuousExplainer of(double[] encoded) {
    BitSet present = new BitSet();
    for (int i = 0; i < encoded.length; i++) {
      if (!Double.isNaN(encoded[i])) {
        present.set(i);
      }
    }
    if (present.isEmpty()) {
      return null;
    }
    return explainers.computeIfAbsent(
        present,
        set -> {
          int[] features = set.stream().toArray();
          return new ContinuousExplainer(
              encoder,
              features.length == encoded.length ? flow : flow.restrictedTo(features),
              features);
        });
  }
}
