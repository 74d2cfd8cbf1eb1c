package io.lowtide.density.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.density.field.ScalarVectorField;
import io.lowtide.density.flow.BaseDensity;
import io.lowtide.density.flow.BaseEvaluator;
import io.lowtide.density.flow.Flow;
import io.lowtide.density.flow.GaussianMixture;
import io.lowtide.density.flow.GaussianMixture.Component;
import io.lowtide.density.flow.KernelDensity;
import io.lowtide.density.flow.StackedDensity;
import io.lowtide.density.ode.SolverSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Records on a ring, in the midst of which the one Gaussian of the mixture is. */
class NearestNormalTest {

  private static final int DIMENSIONS = 3;
  private static final double RADIUS = 3;
  private static final double NORMAL_QUANTILE = 0.05;
  private static final double[] LOWEST = {-10, -10, -10};
  private static final double[] HIGHEST = {10, 10, 10};

  private final Random random = new Random(1);
  private final BaseDensity base = new StackedDensity(mixture(), kernels(400), 0.95);
  private final BaseEvaluator density = base.newEvaluator();
  private final double normalLevel = normalLevel();
  private final double[] normal = new double[DIMENSIONS];

  private static GaussianMixture mixture() {
    double[][] covariance = {{RADIUS * RADIUS / 2, 0, 0}, {0, RADIUS * RADIUS / 2, 0}, {0, 0, 1}};
    return new GaussianMixture(List.of(Component.of(1, new double[DIMENSIONS], covariance)));
  }

  private KernelDensity kernels(int count) {
    double[][] centres = new double[count][];
    Arrays.setAll(centres, k -> onTheRing());
    double[] scales = new double[count];
    Arrays.fill(scales, 0.02);
    double[][] spread = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    return new KernelDensity(centres, scales, spread, new double[] {0.01, 0.01, 0.01});
  }

  private double[] onTheRing() {
    double angle = 2 * Math.PI * random.nextDouble();
    return new double[] {
      RADIUS * Math.cos(angle), RADIUS * Math.sin(angle), 0.5 * random.nextGaussian()
    };
  }

  private double normalLevel() {
    double[] levels = new double[2_000];
    double[] point = new double[DIMENSIONS];
    for (int i = 0; i < levels.length; i++) {
      base.draw(random, point);
      levels[i] = density.logDensity(point);
    }
    Arrays.sort(levels);
    return levels[(int) (NORMAL_QUANTILE * levels.length)];
  }

  private void find(double[] point) {
    FieldShape shape = new FieldShape(DIMENSIONS, 0, List.of(2), Activation.TANH);
    FieldParameters still = new FieldParameters(shape, new float[shape.parameterCount()]);
    Flow flow = new Flow(new ScalarVectorField(still), base, SolverSettings.adamsGrid(2));
    new NearestNormal(flow.newDerivatives(), new LocalGaussian(DIMENSIONS))
        .find(point, LOWEST, HIGHEST, normalLevel, at -> 0, normal);
  }

  private int moved(double[] point) {
    int moved = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
      moved += normal[i] == point[i] ? 0 : 1;
    }
    return moved;
  }

  @Test
  void shouldEndWhereRecordsAreAndNotAmidstThem() {
    for (int trial = 0; trial < 200; trial++) {
      double[] point = random.doubles(DIMENSIONS, -8, 8).toArray();
      if (density.logDensity(point) < normalLevel) {
        find(point);
        assertThat(density.logDensity(normal)).isGreaterThanOrEqualTo(normalLevel);
      }
    }
  }

  @Test
  void shouldPutTheOneFieldRightThatIsWrong() {
    int alone = 0;
    for (int trial = 0; trial < 200; trial++) {
      double[] point = onTheRing();
      point[trial % 2] = 7;
      find(point);
      boolean isNormal = density.logDensity(normal) >= normalLevel;
      alone += isNormal && moved(point) == 1 ? 1 : 0;
    }
    // Some are odd elsewhere, too.
    assertThat(alone).isGreaterThan(180);
  }
}
