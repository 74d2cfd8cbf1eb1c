package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.buffer.DataType;

/** y'' = -w^2 y with w = record + 1, as (y, y'); the integrand is the sum of y over records. */
final class Oscillators implements BatchSystem {

  private final TensorBuffer point = new TensorBuffer(DataType.DOUBLE, 6);
  private final TensorBuffer derivative = new TensorBuffer(DataType.DOUBLE, 6);

  @Override
  public int records() {
    return 3;
  }

  @Override
  public int columns() {
    return 2;
  }

  @Override
  public int[] errorGroups() {
    return new int[] {2};
  }

  @Override
  public TensorBuffer point() {
    return point;
  }

  @Override
  public TensorBuffer derivative() {
    return derivative;
  }

  @Override
  public int integrandSize() {
    return 1;
  }

  @Override
  public void evaluate(double s, double[] integrand) {
    double[] y = new double[6];
    point.download(y, 6);
    double[] slope = new double[6];
    for (int record = 0; record < 3; record++) {
      double frequency = record + 1;
      slope[record] = y[3 + record];
      slope[3 + record] = -frequency * frequency * y[record];
    }
    derivative.upload(slope, 6);
    if (integrand != null) {
      integrand[0] = y[0] + y[1] + y[2];
    }
  }
}
