package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.adjoint.ParallelGradient;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.ode.SolveException;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mean negative log-likelihood of records that do not take part in the fit. They carry the same
 * noise at every validation, so that two of them differ by the parameters alone.
 */
final class ValidationLoss implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ValidationLoss.class);

  private static final double[] NO_CONTEXT = {};

  private final ParallelGradient likelihood;
  private final List<double[]> batches = new ArrayList<>();

  ValidationLoss(
      TrainingSettings settings,
      FieldShape shape,
      TrainingData records,
      SolverOptions options,
      RandomGenerator noise) {
    int size = Math.min(settings.batchSize(), records.size());
    for (int from = 0; from + size <= records.size(); from += size) {
      double[] batch = new double[size * shape.dimensions()];
      records.draw(IntStream.range(from, from + size).boxed().toList(), noise, batch);
      batches.add(batch);
    }
    this.likelihood =
        new ParallelGradient(
            shape,
            FlowObjective.exactLikelihood(),
            DataType.FLOAT,
            size,
            Math.min(settings.shards(), size),
            options,
            options);
  }

  /** Infinite if the records cannot be integrated. */
  double of(double[] parameters) {
    likelihood.setParameters(parameters);
    double sum = 0;
    try {
      for (double[] batch : batches) {
        sum += likelihood.loss(batch, NO_CONTEXT).negativeLogLikelihood();
      }
    } catch (SolveException e) {
      LOG.warn("Validation: {}", e.getMessage());
      return Double.POSITIVE_INFINITY;
    }
    double mean = sum / batches.size();
    return Double.isFinite(mean) ? mean : Double.POSITIVE_INFINITY;
  }

  @Override
  public void close() {
    likelihood.close();
  }
}
