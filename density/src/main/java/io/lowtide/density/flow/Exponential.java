package io.lowtide.density.flow;

/**
 * The exponential of a number between -1000 and 0, to two units in the last place: e^x = 2^n e^r
 * with |r| at most half of log 2, and e^r by its Taylor polynomial. Unlike that of {@link Math} it
 * can be followed step by step on SIMD registers, all but {@link #scaled}, and so has the same bits
 * on every machine.
 */
final class Exponential {

  static final double LOG2_E = 1.4426950408889634;

  /** Added to a number, leaves the nearest integer in its last bits. */
  static final double SHIFT = 0x1.8p52;

  /** log 2 in two parts; the first has few enough bits for its product with n to be exact. */
  static final double LOG_2_HIGH = 0x1.62e42feep-1;

  static final double LOG_2_LOW = 0x1.a39ef35793c76p-33;

  /** Bits of a double below its exponent. */
  private static final int FRACTION_BITS = 52;

  /** 1 / n!, highest order first. */
  static final double C13 = 1.0 / 6_227_020_800L;

  static final double C12 = 1.0 / 479_001_600;
  static final double C11 = 1.0 / 39_916_800;
  static final double C10 = 1.0 / 3_628_800;
  static final double C9 = 1.0 / 362_880;
  static final double C8 = 1.0 / 40_320;
  static final double C7 = 1.0 / 5_040;
  static final double C6 = 1.0 / 720;
  static final double C5 = 1.0 / 120;
  static final double C4 = 1.0 / 24;
  static final double C3 = 1.0 / 6;
  static final double C2 = 0.5;

  private Exponential() {}

  /** e^x. */
  static double of(double x) {
    double shifted = shifted(x);
    return scaled(reduced(x, shifted), shifted);
  }

  /** n, in the last bits of the result. */
  static double shifted(double x) {
    return x * LOG2_E + SHIFT;
  }

  /**
   * e^r, the even and the odd powers by themselves: half as long a chain of operations.
   *
   * @param shifted what {@link #shifted} gives for x
   */
  static double reduced(double x, double shifted) {
    double n = shifted - SHIFT;
    double r = x - n * LOG_2_HIGH - n * LOG_2_LOW;
    double t = r * r;
    double even = C12 * t + C10;
    double odd = C13 * t + C11;
    even = even * t + C8;
    odd = odd * t + C9;
    even = even * t + C6;
    odd = odd * t + C7;
    even = even * t + C4;
    odd = odd * t + C5;
    even = even * t + C2;
    odd = odd * t + C3;
    even = even * t + 1;
    odd = odd * t + 1;
    return odd * r + even;
  }

  /** 2^n e^r. Vectors of integers, that this would take, are not optimised by every JVM. */
  static double scaled(double reduced, double shifted) {
    return Double.longBitsToDouble(
        Double.doubleToRawLongBits(reduced)
            + (Double.doubleToRawLongBits(shifted) << FRACTION_BITS));
  }
}
