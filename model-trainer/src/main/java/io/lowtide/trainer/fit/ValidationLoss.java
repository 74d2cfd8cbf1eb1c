package io.lowtide.trainer.fit;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.adjoint.ParallelGradient;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.ode.SolveException;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mean negative log-likelihood of records that do not take part in the fit, without the share of
 * them that may be anomalies: the least probable ones. They carry the same noise at every
 * validation, so that two of them differ by the parameters alone.
 */
final class ValidationLoss implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ValidationLoss.class);

  private static final double[] NO_CONTEXT = {};

  private final ParallelGradient likelihood;
  private final List<double[]> batches = new ArrayList<>();
  private final int batchSize;
  private final double contamination;

  ValidationLoss(
      TrainingSettings settings,
      FieldShape shape,
      TrainingData records,
      SolverOptions options,
      RandomGenerator noise) {
    int size = Math.min(settings.batchSize(), records.size());
    this.batchSize = size;
    this.contamination = settings.contamination();
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
    double[] logDensities = new double[batches.size() * batchSize];
    double[] ofBatch = new double[batchSize];
    try {
      for (int batch = 0; batch < batches.size(); batch++) {
        likelihood.loss(batches.get(batch), NO_CONTEXT);
        likelihood.copyLogDensities(ofBatch);
        System.arraycopy(ofBatch, 0, logDensities, batch * batchSize, batchSize);
      }
    } catch (SolveException e) {
      LOG.warn("Validation: {}", e.getMessage());
      return Double.POSITIVE_INFINITY;
    }
    Arrays.sort(logDensities);
    int setAside = (int) Math.round(contamination * logDensities.length);
    double mean =
        -Arrays.stream(logDensities).skip(setAside).average().orElse(Double.NEGATIVE_INFINITY);
    return Double.isFinite(mean) ? mean : Double.POSITIVE_INFINITY;
  }

  @Override
  public void close() {
    likelihood.close();
  }
}
