package io.lowtide.density.flow;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Exponential} on SIMD registers, in its order: the same bits. */
final class SimdExponential {

  /** Of the widest registers that sums of densities are taken on. */
  static final VectorSpecies<Double> SPECIES =
      DoubleVector.SPECIES_PREFERRED.length() > MixtureWorkspace.PARTIAL_SUMS
          ? DoubleVector.SPECIES_512
          : DoubleVector.SPECIES_PREFERRED;

  private SimdExponential() {}

  /**
   * Takes the exponentials of numbers, all but {@link Exponential#scaled}.
   *
   * @param values the numbers x; receives what {@link Exponential#reduced} gives for each
   * @param shifts receives what {@link Exponential#shifted} gives for each
   * @param count of them; those that fill the last register are taken, too
   */
  static void reduce(double[] values, double[] shifts, int count) {
    for (int at = 0; at < count; at += SPECIES.length()) {
      DoubleVector x = DoubleVector.fromArray(SPECIES, values, at);
      DoubleVector shifted = x.mul(Exponential.LOG2_E).add(Exponential.SHIFT);
      DoubleVector n = shifted.sub(Exponential.SHIFT);
      DoubleVector r = x.sub(n.mul(Exponential.LOG_2_HIGH)).sub(n.mul(Exponential.LOG_2_LOW));
      DoubleVector t = r.mul(r);
      DoubleVector even = t.mul(Exponential.C12).add(Exponential.C10);
      DoubleVector odd = t.mul(Exponential.C13).add(Exponential.C11);
      even = even.mul(t).add(Exponential.C8);
      odd = odd.mul(t).add(Exponential.C9);
      even = even.mul(t).add(Exponential.C6);
      odd = odd.mul(t).add(Exponential.C7);
      even = even.mul(t).add(Exponential.C4);
      odd = odd.mul(t).add(Exponential.C5);
      even = even.mul(t).add(Exponential.C2);
      odd = odd.mul(t).add(Exponential.C3);
      even = even.mul(t).add(1.0);
      odd = odd.mul(t).add(1.0);
      shifted.intoArray(shifts, at);
      odd.mul(r).add(even).intoArray(values, at);
    }
  }
}
