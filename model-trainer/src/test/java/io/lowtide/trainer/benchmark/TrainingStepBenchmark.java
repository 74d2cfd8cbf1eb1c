package io.lowtide.trainer.benchmark;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.adjoint.BatchLoss;
import io.lowtide.trainer.field.BatchField;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import io.lowtide.trainer.ode.ErrorNorm;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;

public final class TrainingStepBenchmark {

  public static void main(String[] arguments) {
    int d = Integer.parseInt(arguments[0]);
    int records = Integer.parseInt(arguments[1]);
    ErrorNorm norm = ErrorNorm.valueOf(arguments[2]);
    TraceMode trace = TraceMode.valueOf(arguments[3]);
    int shards = Integer.parseInt(arguments[4]);
    System.out.println(io.lowtide.trainer.backend.Backend.load());
    Random random = new Random(1);
    FieldShape shape = new FieldShape(d, 0, List.of(64, 64), Activation.TANH);
    FlowObjective objective = new FlowObjective(trace, ProbeDistribution.RADEMACHER, 0, 0);
    SolverOptions options = SolverOptions.of(1e-5, norm);
    var adjoint =
        new io.lowtide.trainer.adjoint.ParallelGradient(
            shape, objective, DataType.FLOAT, records, shards, options, options);
    BatchField field = new BatchField(shape, objective, DataType.FLOAT, records);
    double[] theta = new double[shape.parameterCount()];
    shape
        .layers()
        .forEach(
            layer -> {
              double bound = 1 / Math.sqrt(layer.inputs());
              for (int i = 0; i < layer.weights().size(); i++)
                theta[layer.weights().offset() + i] = bound * (2 * random.nextDouble() - 1);
            });
    double[] m = new double[theta.length],
        v = new double[theta.length],
        g = new double[theta.length];
    double[][] centers = new double[5][d];
    for (double[] c : centers) for (int i = 0; i < d; i++) c[i] = 1.5 * random.nextGaussian();
    double[] ms = new double[300];
    double fe = 0, be = 0;
    double[] fms = new double[300];
    for (int it = 1; it <= 300; it++) {
      double[] x = new double[records * d];
      for (int r = 0; r < records; r++) {
        double[] c = centers[random.nextInt(5)];
        double common = random.nextGaussian();
        for (int j = 0; j < d; j++)
          x[j * records + r] =
              c[j]
                  + 0.3 * random.nextGaussian()
                  + 0.3 * (j % 2 == 0 ? common : common * common - 1);
      }
      long t = System.nanoTime();
      field.setParameters(theta);
      adjoint.setParameters(theta);
      adjoint.drawProbes(random);
      BatchLoss loss = adjoint.lossAndGradient(x, new double[0], g);
      for (int i = 0; i < theta.length; i++) {
        m[i] = 0.9 * m[i] + 0.1 * g[i];
        v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
        theta[i] -=
            1e-3
                * (m[i] / (1 - Math.pow(0.9, it)))
                / (Math.sqrt(v[i] / (1 - Math.pow(0.999, it))) + 1e-8);
      }
      ms[it - 1] = (System.nanoTime() - t) / 1e6;
      if (it > 100) {
        fe += loss.forwardEvaluations();
        be += loss.backwardEvaluations();
      }
      if (it % 50 == 0)
        System.out.printf(
            "%d nll %.4f  evals %d %d  %.1f ms%n",
            it,
            loss.negativeLogLikelihood(),
            loss.forwardEvaluations(),
            loss.backwardEvaluations(),
            ms[it - 1]);
    }
    double[] tail = Arrays.copyOfRange(ms, 100, 300);
    Arrays.sort(tail);
    double[] x = new double[records * d];
    for (int i = 0; i < x.length; i++) x[i] = random.nextGaussian();
    double[] f = new double[200];
    double[] b = new double[200];
    double[] integrand = new double[field.integrandSize()];
    for (int i = 0; i < 200; i++) {
      long t = System.nanoTime();
      field.evaluate(0.5);
      f[i] = (System.nanoTime() - t) / 1e6;
      t = System.nanoTime();
      field.evaluateAdjoint(0.5, integrand);
      b[i] = (System.nanoTime() - t) / 1e6;
    }
    Arrays.sort(f);
    Arrays.sort(b);
    System.out.printf(
        "median %.1f ms (min %.1f, p90 %.1f) per iteration; evals forward %.1f backward %.1f; %.3f ms per eval; isolated forward %.3f adjoint %.3f%n",
        tail[100],
        tail[0],
        tail[180],
        fe / 200,
        be / 200,
        tail[100] / ((fe + be) / 200),
        f[100],
        b[100]);
  }
}
