package io.lowtide.density.flow;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations (Golub and Van Loan,
 * Matrix Computations, 4th edition, section 8.5.3): small matrices, once for each density, with the
 * same bits on every machine.
 *
 * @param values d eigenvalues
 * @param vectors d by d, in row i the unit vector of the eigenvalue i
 */
record SymmetricEigen(double[] values, double[][] vectors) {

  private static final int MOST_SWEEPS = 60;

  /** Of the squared norm: what is left beside the diagonal when the rotations are over. */
  private static final double NEGLIGIBLE = 1e-30;

  /**
   * Decomposes.
   *
   * @param matrix d by d, symmetric
   */
  static SymmetricEigen of(double[][] matrix) {
    int d = matrix.length;
    double[][] rotated = new double[d][];
    double[][] vectors = new double[d][d];
    double norm = 0;
    for (int i = 0; i < d; i++) {
      rotated[i] = matrix[i].clone();
      vectors[i][i] = 1;
      for (double entry : matrix[i]) {
        norm += entry * entry;
      }
    }
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      double beside = 0;
      for (int p = 0; p < d; p++) {
        for (int q = p + 1; q < d; q++) {
          beside += rotated[p][q] * rotated[p][q];
          rotate(rotated, vectors, p, q);
        }
      }
      if (beside <= NEGLIGIBLE * norm) {
        break;
      }
    }
    double[] values = new double[d];
    for (int i = 0; i < d; i++) {
      values[i] = rotated[i][i];
    }
    return new SymmetricEigen(values, vectors);
  }

  /** Turns the plane of two axes so that the matrix has nothing between them. */
  private static void rotate(double[][] matrix, double[][] vectors, int p, int q) {
    if (matrix[p][q] == 0) {
      return;
    }
    double cotangent = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q]);
    double tangent =
        Math.copySign(1 / (Math.abs(cotangent) + Math.sqrt(1 + cotangent * cotangent)), cotangent);
    double cosine = 1 / Math.sqrt(1 + tangent * tangent);
    double sine = tangent * cosine;
    for (int i = 0; i < matrix.length; i++) {
      double first = matrix[i][p];
      double second = matrix[i][q];
      matrix[i][p] = cosine * first - sine * second;
      matrix[i][q] = sine * first + cosine * second;
    }
    rotateRows(matrix, p, q, cosine, sine);
    rotateRows(vectors, p, q, cosine, sine);
  }

  private static void rotateRows(double[][] rows, int p, int q, double cosine, double sine) {
    for (int j = 0; j < rows.length; j++) {
      double first = rows[p][j];
      double second = rows[q][j];
      rows[p][j] = cosine * first - sine * second;
      rows[q][j] = sine * first + cosine * second;
    }
  }
}
