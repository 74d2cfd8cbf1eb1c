package io.lowtide.trainer.fit;

import io.lowtide.trainer.engine.Batch;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.SolveException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log-likelihood of records that do not take part in the fit, without the share of them that may be
 * anomalies: the least probable ones. They carry the same noise at every validation, so that two of
 * them differ by the parameters alone.
 */
final class ValidationLoss implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ValidationLoss.class);

  private final BatchGradient likelihood;
  private final List<Batch> batches = new ArrayList<>();
  private final int batchSize;
  private final double contamination;

  /**
   * @param likelihood integrates a batch; closed with this
   * @param records the records; a last part that fills no batch is left out
   * @param contamination share of them that may be anomalies
   * @param noise source of their noise
   */
  ValidationLoss(
      BatchGradient likelihood, TrainingData records, double contamination, RandomGenerator noise) {
    this.likelihood = likelihood;
    this.batchSize = likelihood.records();
    this.contamination = contamination;
    for (int from = 0; from + batchSize <= records.size(); from += batchSize) {
      Batch batch = records.newBatch(batchSize);
      records.draw(IntStream.range(from, from + batchSize).boxed().toList(), noise, batch);
      batches.add(batch);
    }
    likelihood.drawProbes(noise);
  }

  /** What the records say of these parameters. */
  Validated of(double[] parameters) {
    likelihood.setParameters(parameters);
    double[] logDensities = new double[batches.size() * batchSize];
    double[] ofBatch = new double[batchSize];
    double evaluations = 0;
    try {
      for (int batch = 0; batch < batches.size(); batch++) {
        evaluations += likelihood.loss(batches.get(batch)).forwardEvaluations();
        likelihood.copyLogDensities(ofBatch);
        System.arraycopy(ofBatch, 0, logDensities, batch * batchSize, batchSize);
      }
    } catch (SolveException e) {
      LOG.warn("Validation: {}", e.getMessage());
      return Validated.failed();
    }
    return new Validated(
        logDensities,
        (int) Math.round(contamination * logDensities.length),
        evaluations / batches.size());
  }

  @Override
  public void close() {
    likelihood.close();
  }
}
