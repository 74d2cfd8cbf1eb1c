package io.lowtide.trainer.engine;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A field with random parameters, and a batch with its context, the same for the same seed.
 *
 * @param shape shape of the field
 * @param objective what is minimised
 * @param parameters each exact in single precision, so that a float field can hold the same numbers
 * @param x the batch, column-major
 * @param context its context, column-major
 */
public record FieldCase(
    FieldShape shape, FlowObjective objective, double[] parameters, double[] x, double[] context) {

  /** Records of the batches of {@link #of}. */
  public static final int RECORDS = 4;

  private static final int DIMENSIONS = 3;
  private static final long SEED = 7;
  private static final long PROBE_SEED = 11;

  /** A small field of three dimensions with a batch of {@link #RECORDS}. */
  public static FieldCase of(
      Activation activation,
      List<Integer> hidden,
      int context,
      TraceMode trace,
      ProbeDistribution probes,
      double kinetic,
      double jacobian) {
    return of(
        new FieldShape(DIMENSIONS, context, hidden, activation),
        new FlowObjective(trace, probes, kinetic, jacobian),
        RECORDS,
        0.5);
  }

  /**
   * A field of any shape.
   *
   * @param records records of its batch
   * @param deviation standard deviation of the parameters
   */
  public static FieldCase of(
      FieldShape shape, FlowObjective objective, int records, double deviation) {
    Random random = new Random(SEED);
    double[] parameters = new double[shape.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (deviation * random.nextGaussian());
    }
    return new FieldCase(
        shape,
        objective,
        parameters,
        gaussians(random, records * shape.dimensions()),
        gaussians(random, records * shape.contextDimensions()));
  }

  private static double[] gaussians(Random random, int length) {
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Every combination of activation, depth, context, trace and penalties, on small fields. */
  static List<FieldCase> small() {
    List<FieldCase> cases = new ArrayList<>();
    for (Activation activation : Activation.values()) {
      for (List<Integer> hidden : List.of(List.of(5), List.of(5, 4), List.of(5, 4, 3))) {
        for (int context : new int[] {0, 2}) {
          for (double penalty : new double[] {0, 0.3}) {
            for (TraceMode trace : TraceMode.values()) {
              cases.add(
                  of(
                      activation,
                      hidden,
                      context,
                      trace,
                      context == 0 ? ProbeDistribution.RADEMACHER : ProbeDistribution.GAUSSIAN,
                      penalty,
                      penalty / 2));
            }
          }
        }
      }
    }
    return cases;
  }

  /** Records of the batch. */
  public int records() {
    return x.length / shape.dimensions();
  }

  /** The batch, its records complete. */
  Batch batch() {
    return new Batch(x, context, new double[0]);
  }

  /**
   * The batch without some of its values.
   *
   * @param present 1 for a component that a record has and 0 for one that it lacks, column-major
   */
  Batch batch(double[] present) {
    double[] kept = x.clone();
    for (int i = 0; i < kept.length; i++) {
      kept[i] *= present[i];
    }
    return new Batch(kept, context, present);
  }

  /** What an engine is to compute, in single precision. */
  BatchProblem problem(SolverOptions options) {
    return BatchProblem.of(shape, objective, records(), options);
  }

  /** Sets parameters and probes. */
  void prepare(BatchGradient gradient) {
    gradient.setParameters(parameters);
    gradient.drawProbes(new Random(PROBE_SEED));
  }

  /** The parameters, moved by a step along a direction. */
  double[] moved(double[] direction, double step) {
    double[] values = parameters.clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += step * direction[i];
    }
    return values;
  }

  /** The parameters as a scorer takes them. */
  public FieldParameters fieldParameters() {
    float[] values = new float[parameters.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) parameters[i];
    }
    return new FieldParameters(shape, values);
  }

  /** One record of column-major values. */
  double[] row(double[] columnMajor, int record) {
    double[] row = new double[columnMajor.length / records()];
    for (int column = 0; column < row.length; column++) {
      row[column] = columnMajor[column * records() + record];
    }
    return row;
  }

  @Override
  public String toString() {
    return shape.activation()
        + " "
        + shape.dimensions()
        + " "
        + shape.hiddenUnits()
        + " context "
        + shape.contextDimensions()
        + " "
        + objective.trace()
        + " "
        + objective.probes()
        + " penalties "
        + objective.kineticPenalty()
        + " "
        + objective.jacobianPenalty();
  }
}
