package io.lowtide.density.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricEigenTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 64})
  void shouldTakeAMatrixApartIntoUnitVectorsThatGiveItBack(int d) {
    Random random = new Random(d);
    double[][] matrix = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i][j] = random.nextGaussian() * Math.pow(10, 3 * random.nextDouble());
        matrix[j][i] = matrix[i][j];
      }
    }

    SymmetricEigen eigen = SymmetricEigen.of(matrix);

    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        double product = 0;
        double given = 0;
        for (int k = 0; k < d; k++) {
          product += eigen.vectors()[i][k] * eigen.vectors()[j][k];
          given += eigen.values()[k] * eigen.vectors()[k][i] * eigen.vectors()[k][j];
        }
        assertThat(product).isCloseTo(i == j ? 1 : 0, within(1e-12));
        assertThat(given).isCloseTo(matrix[i][j], within(1e-9));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void shouldLeaveADiagonalMatrixAsItIs(int d) {
    double[][] matrix = new double[d][d];
    for (int i = 0; i < d; i++) {
      matrix[i][i] = i;
    }
    assertThat(SymmetricEigen.of(matrix).values()).containsExactly(diagonal(matrix));
  }

  private static double[] diagonal(double[][] matrix) {
    double[] diagonal = new double[matrix.length];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i] = matrix[i][i];
    }
    return diagonal;
  }
}
