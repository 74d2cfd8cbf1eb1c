package io.lowtide.trainer.vector;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.Precision;
import io.lowtide.trainer.engine.ShardedGradient;
import io.lowtide.trainer.engine.TrainingEngine;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Trains on the SIMD registers of the CPU: the field, its divergence, their cotangents and the
 * gradient of a tile of records one after the other, without a library; a solve allocates no array
 * of numbers.
 *
 * @param description of the kernels, for people
 * @param single makes kernels of single precision, which belong to one thread at a time
 */
record VectorEngine(String description, Supplier<Kernels<float[]>> single)
    implements TrainingEngine {

  /** Small batches leave a core idle. */
  @Override
  public int concurrentFits() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** Of two cores with registers of 256 bits. */
  @Override
  public double nominalSpeed() {
    return 5e10;
  }

  @Override
  public Optional<String> refusal(FieldShape shape) {
    return Optional.empty();
  }

  @Override
  public BatchGradient newGradient(BatchProblem problem) {
    return new ShardedGradient(problem, this::ofShard);
  }

  private BatchGradient ofShard(BatchProblem problem) {
    return problem.precision() == Precision.SINGLE
        ? new VectorGradient<>(single.get(), problem)
        : new VectorGradient<>(new PlainKernels(), problem);
  }
}
