package io.lowtide.trainer;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldParameters;
import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.field.BatchField;
import io.lowtide.trainer.field.FlowObjective;
import io.lowtide.trainer.field.ProbeDistribution;
import io.lowtide.trainer.field.TraceMode;
import java.util.List;
import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;

/** A field with random parameters, context and batch, the same for the same seed. */
public record FieldCase(
    FieldShape shape, FlowObjective objective, double[] parameters, double[] x, double[] context) {

  public static final int RECORDS = 4;

  public static FieldCase of(
      Activation activation,
      List<Integer> hidden,
      int context,
      TraceMode trace,
      ProbeDistribution probes,
      double kinetic,
      double jacobian) {
    Random random = new Random(7);
    FieldShape shape = new FieldShape(3, context, hidden, activation);
    double[] parameters = new double[shape.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      // Exact in single precision, so that a float field can hold the same numbers.
      parameters[i] = (float) (0.5 * random.nextGaussian());
    }
    return new FieldCase(
        shape,
        new FlowObjective(trace, probes, kinetic, jacobian),
        parameters,
        gaussians(random, RECORDS * 3),
        gaussians(random, RECORDS * context));
  }

  private static double[] gaussians(Random random, int length) {
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** A double-precision field with the parameters, the context and a probe. */
  public BatchField newField() {
    BatchField field = new BatchField(shape, objective, DataType.DOUBLE, RECORDS);
    field.setParameters(parameters);
    if (context.length > 0) {
      field.setContext(context);
    }
    field.drawProbe(new Random(11));
    return field;
  }

  /** The parameters as a scorer takes them. */
  public FieldParameters fieldParameters() {
    float[] values = new float[parameters.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) parameters[i];
    }
    return new FieldParameters(shape, values);
  }

  @Override
  public String toString() {
    return shape.activation()
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
