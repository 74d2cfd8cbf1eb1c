package io.lowtide.trainer.adjoint;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.field.BatchField;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.ode.SolveException;
import io.lowtide.trainer.ode.SolverOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Loss and gradient of a batch that is cut into shards of consecutive records, each solved by a
 * thread of its own with its own steps. Threads meet once per batch and not once per operation,
 * which is what makes a second core pay. The result depends on the number of shards, but not on how
 * the threads run.
 */
public final class ParallelGradient implements AutoCloseable {

  private final int records;
  private final int dimensions;
  private final int contextDimensions;
  private final List<Shard> shards = new ArrayList<>();
  private final ExecutorService executor;

  /** Solves one shard. */
  private interface Solve {
    BatchLoss of(Shard shard);
  }

  /** For records that have every component. */
  public ParallelGradient(
      FieldShape shape,
      FlowObjective objective,
      DataType type,
      int records,
      int shards,
      SolverOptions forwardOptions,
      SolverOptions adjointOptions) {
    this(shape, objective, type, records, shards, new int[0], forwardOptions, adjointOptions);
  }

  /**
   * @param shape shape of the field
   * @param objective what is minimised
   * @param type {@link DataType#FLOAT} to train, {@link DataType#DOUBLE} to check
   * @param records B, at least {@code shards}
   * @param shards number of shards, at least 1
   * @param optional components that a record may lack
   * @param forwardOptions how states are integrated
   * @param adjointOptions how cotangents are integrated
   */
  public ParallelGradient(
      FieldShape shape,
      FlowObjective objective,
      DataType type,
      int records,
      int shards,
      int[] optional,
      SolverOptions forwardOptions,
      SolverOptions adjointOptions) {
    if (shards < 1 || shards > records) {
      throw new IllegalArgumentException(
          "shards: " + shards + ", expected between 1 and the " + records + " records of a batch");
    }
    this.records = records;
    this.dimensions = shape.dimensions();
    this.contextDimensions = shape.contextDimensions();
    for (int index = 0; index < shards; index++) {
      int begin = (int) ((long) records * index / shards);
      int end = (int) ((long) records * (index + 1) / shards);
      BatchField field = new BatchField(shape, objective, type, end - begin, optional);
      this.shards.add(
          new Shard(
              begin,
              new AdjointGradient(field, forwardOptions, adjointOptions),
              new double[(end - begin) * dimensions],
              new double[(end - begin) * contextDimensions],
              new double[optional.length > 0 ? (end - begin) * dimensions : 0],
              new double[shape.parameterCount()]));
    }
    this.executor =
        Executors.newFixedThreadPool(
            shards,
            task -> {
              Thread thread = new Thread(task, "gradient");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * @param begin index of its first record in the batch
   * @param x its records, column-major
   * @param context their context, column-major
   * @param present which components they have, column-major; empty where none is optional
   */
  private record Shard(
      int begin,
      AdjointGradient adjoint,
      double[] x,
      double[] context,
      double[] present,
      double[] gradient) {

    int records() {
      return adjoint.field().records();
    }

    void load(double[] batch, int batchRecords, int columns, double[] target) {
      for (int column = 0; column < columns; column++) {
        System.arraycopy(
            batch, column * batchRecords + begin, target, column * records(), records());
      }
    }
  }

  /** B. */
  public int records() {
    return records;
  }

  /** Number of shards. */
  public int shards() {
    return shards.size();
  }

  /**
   * Sets the parameters.
   *
   * @param parameters flat vector in the layout of the shape; kept, and not to be changed before
   *     the next call
   */
  public void setParameters(double[] parameters) {
    for (Shard shard : shards) {
      shard.adjoint().field().setParameters(parameters);
    }
  }

  /** Draws the random probes anew, where the objective uses them. */
  public void drawProbes(RandomGenerator random) {
    for (Shard shard : shards) {
      shard.adjoint().field().drawProbe(random);
    }
  }

  /**
   * Loss of a batch.
   *
   * @throws SolveException if the batch could not be integrated
   */
  public BatchLoss loss(Batch batch) {
    return solve(batch, shard -> shard.adjoint().loss(shard.x()));
  }

  /**
   * Loss of a batch and its gradient.
   *
   * @param gradient receives the gradient of the loss in the layout of the shape
   * @throws SolveException if the batch could not be integrated, forward or back
   */
  public BatchLoss lossAndGradient(Batch batch, double[] gradient) {
    BatchLoss loss =
        solve(batch, shard -> shard.adjoint().lossAndGradient(shard.x(), shard.gradient()));
    for (int i = 0; i < gradient.length; i++) {
      double sum = 0;
      for (Shard shard : shards) {
        sum += shard.records() * shard.gradient()[i];
      }
      gradient[i] = sum / records;
    }
    return loss;
  }

  /**
   * Log-densities of the batch of the last call.
   *
   * @param logDensities receives log p of each record, in nats; may be shorter than the batch
   */
  public void copyLogDensities(double[] logDensities) {
    for (Shard shard : shards) {
      int count = Math.min(shard.records(), logDensities.length - shard.begin());
      if (count > 0) {
        double[] part = new double[count];
        shard.adjoint().copyLogDensities(part);
        System.arraycopy(part, 0, logDensities, shard.begin(), count);
      }
    }
  }

  private BatchLoss solve(Batch batch, Solve solve) {
    List<Future<BatchLoss>> futures = new ArrayList<>();
    for (Shard shard : shards) {
      shard.load(batch.x(), records, dimensions, shard.x());
      shard.load(batch.context(), records, contextDimensions, shard.context());
      boolean optional = shard.present().length > 0;
      if (optional) {
        shard.load(batch.present(), records, dimensions, shard.present());
      }
      futures.add(
          executor.submit(
              () -> {
                if (optional) {
                  shard.adjoint().field().setPresent(shard.present());
                }
                if (contextDimensions > 0) {
                  shard.adjoint().field().setContext(shard.context());
                }
                return solve.of(shard);
              }));
    }
    List<BatchLoss> losses = new ArrayList<>();
    SolveException failure = null;
    // Every shard is waited for, also after a failure: none may still run when the caller goes on.
    for (Future<BatchLoss> future : futures) {
      try {
        losses.add(get(future));
      } catch (SolveException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return mean(losses);
  }

  private static BatchLoss get(Future<BatchLoss> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a batch was integrated", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SolveException cause) {
        throw cause;
      }
      throw new IllegalStateException("a batch could not be integrated", e.getCause());
    }
  }

  /** Means over the records; of the evaluations, the most that any shard took. */
  private BatchLoss mean(List<BatchLoss> losses) {
    double negativeLogLikelihood = 0;
    double kineticEnergy = 0;
    double jacobianNorm = 0;
    double total = 0;
    int forward = 0;
    int backward = 0;
    for (int index = 0; index < losses.size(); index++) {
      BatchLoss loss = losses.get(index);
      double weight = (double) shards.get(index).records() / records;
      negativeLogLikelihood += weight * loss.negativeLogLikelihood();
      kineticEnergy += weight * loss.kineticEnergy();
      jacobianNorm += weight * loss.jacobianNorm();
      total += weight * loss.loss();
      forward = Math.max(forward, loss.forwardEvaluations());
      backward = Math.max(backward, loss.backwardEvaluations());
    }
    return new BatchLoss(
        negativeLogLikelihood, kineticEnergy, jacobianNorm, total, forward, backward);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
