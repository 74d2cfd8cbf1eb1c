package io.lowtide.trainer.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Loss and gradient of a batch that is cut into shards of consecutive records, each solved by one
 * thread with its own steps. Threads meet once per batch and not once per operation, which is what
 * makes a second core pay. The result depends on the number of shards, but not on how many threads
 * there are or how they run. For engines on the CPU.
 */
public final class ShardedGradient implements BatchGradient {

  private final int records;
  private final int dimensions;
  private final int contextDimensions;
  private final List<Shard> shards = new ArrayList<>();
  private final ExecutorService executor;

  /** Solves one shard. */
  private interface Solve {
    BatchLoss of(Shard shard);
  }

  /**
   * @param problem cut into its shards
   * @param engine makes the gradient of each shard, a problem of one
   */
  public ShardedGradient(BatchProblem problem, Function<BatchProblem, BatchGradient> engine) {
    this.records = problem.records();
    this.dimensions = problem.shape().dimensions();
    this.contextDimensions = problem.shape().contextDimensions();
    int count = problem.shards();
    for (int index = 0; index < count; index++) {
      int begin = (int) ((long) records * index / count);
      int end = (int) ((long) records * (index + 1) / count);
      int size = end - begin;
      Batch batch =
          new Batch(
              new double[size * dimensions],
              new double[size * contextDimensions],
              new double[problem.optional().length > 0 ? size * dimensions : 0]);
      this.shards.add(
          new Shard(
              begin,
              engine.apply(problem.withRecords(size)),
              batch,
              new double[problem.shape().parameterCount()]));
    }
    this.executor =
        Executors.newFixedThreadPool(
            Math.min(count, Runtime.getRuntime().availableProcessors()),
            task -> {
              Thread thread = new Thread(task, "gradient");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * @param begin index of its first record in the batch
   * @param batch its records
   * @param gradient receives that of their mean loss
   */
  private record Shard(int begin, BatchGradient solver, Batch batch, double[] gradient) {

    int records() {
      return solver.records();
    }

    void load(double[] from, int batchRecords, int columns, double[] target) {
      for (int column = 0; column < columns; column++) {
        System.arraycopy(
            from, column * batchRecords + begin, target, column * records(), records());
      }
    }
  }

  @Override
  public int records() {
    return records;
  }

  @Override
  public void setParameters(double[] parameters) {
    for (Shard shard : shards) {
      shard.solver().setParameters(parameters);
    }
  }

  @Override
  public void drawProbes(RandomGenerator random) {
    for (Shard shard : shards) {
      shard.solver().drawProbes(random);
    }
  }

  @Override
  public boolean integrateOnGrid(int steps) {
    boolean onGrid = true;
    for (Shard shard : shards) {
      onGrid &= shard.solver().integrateOnGrid(steps);
    }
    return onGrid;
  }

  @Override
  public BatchLoss loss(Batch batch) {
    return solve(batch, shard -> shard.solver().loss(shard.batch()));
  }

  @Override
  public BatchLoss lossAndGradient(Batch batch, double[] gradient) {
    BatchLoss loss =
        solve(batch, shard -> shard.solver().lossAndGradient(shard.batch(), shard.gradient()));
    for (int i = 0; i < gradient.length; i++) {
      double sum = 0;
      for (Shard shard : shards) {
        sum += shard.records() * shard.gradient()[i];
      }
      gradient[i] = sum / records;
    }
    return loss;
  }

  @Override
  public void copyLogDensities(double[] logDensities) {
    for (Shard shard : shards) {
      int count = Math.min(shard.records(), logDensities.length - shard.begin());
      if (count > 0) {
        double[] part = new double[count];
        shard.solver().copyLogDensities(part);
        System.arraycopy(part, 0, logDensities, shard.begin(), count);
      }
    }
  }

  private BatchLoss solve(Batch batch, Solve solve) {
    List<Future<BatchLoss>> futures = new ArrayList<>();
    for (Shard shard : shards) {
      shard.load(batch.x(), records, dimensions, shard.batch().x());
      shard.load(batch.context(), records, contextDimensions, shard.batch().context());
      if (shard.batch().present().length > 0) {
        shard.load(batch.present(), records, dimensions, shard.batch().present());
      }
      futures.add(executor.submit(() -> solve.of(shard)));
    }
    return mean(waitFor(futures));
  }

  /**
   * Waits for every shard, whatever becomes of any: none may still run when the caller goes on. An
   * unexpected fault goes before a batch that could not be integrated.
   */
  static List<BatchLoss> waitFor(List<Future<BatchLoss>> futures) {
    List<BatchLoss> losses = new ArrayList<>();
    SolveException unsolved = null;
    Throwable fault = null;
    boolean interrupted = false;
    for (Future<BatchLoss> future : futures) {
      boolean waiting = true;
      while (waiting) {
        try {
          losses.add(future.get());
          waiting = false;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          waiting = false;
          if (e.getCause() instanceof SolveException cause) {
            unsolved = cause;
          } else {
            fault = e.getCause();
          }
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a batch was integrated");
    }
    if (fault != null) {
      throw new IllegalStateException("a batch could not be integrated", fault);
    }
    if (unsolved != null) {
      throw unsolved;
    }
    return losses;
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
    for (Shard shard : shards) {
      shard.solver().close();
    }
  }
}
