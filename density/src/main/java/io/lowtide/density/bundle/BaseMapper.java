package io.lowtide.density.bundle;

import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.flow.StandardNormal;
import io.lowtide.schemas.Kernels;
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
    if (base instanceof StackedDensity stacked) {
      return toAvro(stacked.mixture(), toAvro(stacked));
    }
    return base instanceof GaussianMixture mixture ? toAvro(mixture, null) : null;
  }

  private static MixtureBase toAvro(GaussianMixture mixture, Kernels kernels) {
    return new MixtureBase(
        mixture.components().stream()
            .map(one -> new MixtureComponent(one.weight(), boxed(one.mean()), boxed(one.factor())))
            .toList(),
        kernels);
  }

  private static Kernels toAvro(StackedDensity stacked) {
    KernelDensity kernels = stacked.kernels();
    double[][] spread = kernels.spread();
    List<Double> triangle = new ArrayList<>();
    for (int i = 0; i < spread.length; i++) {
      for (int j = 0; j <= i; j++) {
        triangle.add(spread[i][j]);
      }
    }
    return new Kernels(
        stacked.share(),
        boxed(kernels.noise()),
        triangle,
        floats(kernels.scales()),
        floats(Arrays.stream(kernels.centres()).flatMapToDouble(Arrays::stream).toArray()));
  }

  private static List<Float> floats(double[] values) {
    return Arrays.stream(values).mapToObj(value -> (float) value).toList();
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
      GaussianMixture mixture = new GaussianMixture(components);
      return base.getKernels() == null
          ? mixture
          : new StackedDensity(
              mixture, kernels(base.getKernels(), dimensions), base.getKernels().getShare());
    } catch (IllegalArgumentException e) {
      throw new BundleException(Reason.INVALID_VALUE, "base: " + e.getMessage(), e);
    }
  }

  private static KernelDensity kernels(Kernels kernels, int dimensions) throws BundleException {
    int count = kernels.getScales().size();
    requireLength("base.kernels.noise", kernels.getNoise(), dimensions);
    requireLength("base.kernels.spread", kernels.getSpread(), dimensions * (dimensions + 1) / 2);
    requireLength("base.kernels.centres", kernels.getCentres(), count * dimensions);
    double[] centres = unboxed(kernels.getCentres());
    double[][] rows = new double[count][];
    Arrays.setAll(
        rows, row -> Arrays.copyOfRange(centres, row * dimensions, (row + 1) * dimensions));
    double[] triangle = unboxed(kernels.getSpread());
    double[][] spread = new double[dimensions][dimensions];
    int index = 0;
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j <= i; j++) {
        spread[i][j] = triangle[index];
        spread[j][i] = triangle[index++];
      }
    }
    return new KernelDensity(
        rows, unboxed(kernels.getScales()), spread, unboxed(kernels.getNoise()));
  }

  private static void requireLength(String what, List<? extends Number> values, int expected)
      throws BundleException {
    if (values.size() != expected) {
      throw new BundleException(
          Reason.SHAPE, what + ": " + values.size() + " numbers, expected " + expected);
    }
  }

  private static double[] unboxed(List<? extends Number> values) {
    return values.stream().mapToDouble(Number::doubleValue).toArray();
  }
}
