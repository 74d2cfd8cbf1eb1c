package io.lowtide.trainer.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

class ContoursTest {

  private static final int GRID = 50;

  private static List<List<double[]>> contours(DoubleBinaryOperator density, double level) {
    double[] values = new double[GRID * GRID];
    for (int row = 0; row < GRID; row++) {
      for (int column = 0; column < GRID; column++) {
        values[row * GRID + column] = density.applyAsDouble(column + 0.5 - 25, row + 0.5 - 25);
      }
    }
    return Contours.of(values, GRID, level);
  }

  /** By the shoelace formula, positive where the inside is to the left. */
  private static double area(List<double[]> ring) {
    double twice = 0;
    for (int i = 0; i < ring.size(); i++) {
      double[] a = ring.get(i);
      double[] b = ring.get((i + 1) % ring.size());
      twice += a[0] * b[1] - a[1] * b[0];
    }
    return twice / 2;
  }

  @Test
  void shouldEncloseADisc() {
    List<List<double[]>> rings = contours((x, y) -> 30 - Math.hypot(x, y), 15);
    assertThat(rings).hasSize(1);
    assertThat(area(rings.get(0))).isCloseTo(Math.PI * 15 * 15, within(2.0));
  }

  @Test
  void shouldLeaveAHoleOut() {
    List<List<double[]>> rings = contours((x, y) -> 20 - Math.abs(Math.hypot(x, y) - 12), 15);
    assertThat(rings).hasSize(2);
    assertThat(area(rings.get(0)) + area(rings.get(1)))
        .isCloseTo(Math.PI * (17 * 17 - 7 * 7), within(4.0));
  }

  @Test
  void shouldCloseRingsAtTheEdgeOfTheGrid() {
    List<List<double[]>> rings = contours((x, y) -> x + 26, 25);
    assertThat(rings).hasSize(1);
    assertThat(Math.abs(area(rings.get(0)))).isCloseTo(26 * 50, within(60.0));
  }

  @Test
  void shouldFindNothingWhereTheDensityIsLower() {
    assertThat(contours((x, y) -> 1, 2)).isEmpty();
  }
}
