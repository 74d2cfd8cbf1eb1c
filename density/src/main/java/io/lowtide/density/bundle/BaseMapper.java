package io.lowtide.density.bundle;

import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.schemas.MixtureBase;
import io.lowtide.schemas.MixtureComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Maps a base density to and from its place in a bundle. */
final class BaseMapper {

  private BaseMapper() {}

  /** Null for the standard normal. */
  static MixtureBase toAvro(BaseDensity base) {
    if (!(base instanceof GaussianMixture mixture)) {
      return null;
    }
    return new MixtureBase(
        mixture.components().stream()
            .map(one -> new MixtureComponent(one.weight(), boxed(one.mean()), boxed(one.factor())))
            .toList());
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /**
   * @param base null for the standard normal
   * @param dimensions d
   */
  static BaseDensity fromAvro(MixtureBase base, int dimensions) throws BundleException {
    if (base == null) {
      return new StandardNormal(dimensions);
    }
    List<Component> components = new ArrayList<>();
    for (MixtureComponent one : base.getComponents()) {
      String where = "base.components[" + components.size() + "]";
      requireLength(where + ".mean", one.getMean(), dimensions);
      requireLength(where + ".factor", one.getFactor(), dimensions * (dimensions + 1) / 2);
      try {
        components.add(
            new Component(one.getWeight(), unboxed(one.getMean()), unboxed(one.getFactor())));
      } catch (IllegalArgumentException e) {
        throw new BundleException(Reason.INVALID_VALUE, where + ": " + e.getMessage(), e);
      }
    }
    try {
      return new GaussianMixture(components);
    } catch (IllegalArgumentException e) {
      throw new BundleException(Reason.INVALID_VALUE, "base: " + e.getMessage(), e);
    }
  }

  private static void requireLength(String what, List<Double> values, int expected)
      throws BundleException {
    if (values.size() != expected) {
      throw new BundleException(
          Reason.SHAPE, what + ": " + values.size() + " numbers, expected " + expected);
    }
  }

  private static double[] unboxed(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
