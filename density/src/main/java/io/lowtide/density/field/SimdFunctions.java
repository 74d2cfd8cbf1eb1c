package io.lowtide.density.field;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The functions of a vector field's hidden layers on SIMD registers, in single precision. To be
 * loaded only where the JVM has the module {@code jdk.incubator.vector}.
 */
public final class SimdFunctions {

  private static final int SIGN = 0x80000000;
  private static final int ALL_BUT_SIGN = 0x7fffffff;
  private static final int EIGHT = Float.floatToRawIntBits(8f);

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  private SimdFunctions() {}

  /**
   * tanh to 4e-7: x p(x^2) / q(x^2) with p of degree 5 and q of degree 3, fitted to the smallest
   * largest error on [-8, 8], outside of which tanh is 1 to single precision.
   */
  public static FloatVector tanh(FloatVector argument) {
    // Bits of numbers above 0 have the order of the numbers: cheaper than MIN, and than a blend.
    IntVector bits = argument.reinterpretAsInts();
    FloatVector x =
        bits.and(ALL_BUT_SIGN).lanewise(VectorOperators.MIN, EIGHT).reinterpretAsFloats();
    FloatVector t = x.mul(x);
    FloatVector p =
        t.mul(2.324412364e-11f)
            .add(-1.460198237e-8f)
            .fma(t, FloatVector.broadcast(SPECIES, 9.844227861e-6f))
            .fma(t, FloatVector.broadcast(SPECIES, 2.982023638e-3f))
            .fma(t, FloatVector.broadcast(SPECIES, 0.1297561079f))
            .fma(t, FloatVector.broadcast(SPECIES, 0.9999999404f));
    FloatVector q =
        t.mul(2.366773147e-4f)
            .add(2.401209623e-2f)
            .fma(t, FloatVector.broadcast(SPECIES, 0.4630891681f))
            .fma(t, FloatVector.broadcast(SPECIES, 1f));
    FloatVector size = x.mul(p).div(q);
    FloatVector signed = size.reinterpretAsInts().or(bits.and(SIGN)).reinterpretAsFloats();
    // 0 times what is not finite: an argument that overflowed does not pass for a saturated one.
    return argument.fma(FloatVector.zero(SPECIES), signed);
  }

  /**
   * log(1 + exp(a)) = max(a, 0) + log 2 - log(1 + |tanh(a / 2)|), the last term by a polynomial of
   * degree 10 on [0, 1].
   *
   * @param halfTanh tanh(a / 2)
   */
  public static FloatVector softplus(FloatVector a, FloatVector halfTanh) {
    FloatVector t = halfTanh.abs();
    FloatVector logarithm =
        t.mul(-3.1760570127e-3f)
            .add(1.9542528316e-2f)
            .fma(t, FloatVector.broadcast(SPECIES, -5.6373614818e-2f))
            .fma(t, FloatVector.broadcast(SPECIES, 0.10543623567f))
            .fma(t, FloatVector.broadcast(SPECIES, -0.15269666910f))
            .fma(t, FloatVector.broadcast(SPECIES, 0.19663274288f))
            .fma(t, FloatVector.broadcast(SPECIES, -0.24951615930f))
            .fma(t, FloatVector.broadcast(SPECIES, 0.33329710364f))
            .fma(t, FloatVector.broadcast(SPECIES, -0.49999892712f))
            .fma(t, FloatVector.broadcast(SPECIES, 1f))
            .mul(t);
    return a.lanewise(VectorOperators.MAX, 0f).add(0.6931471806f).sub(logarithm);
  }
}
