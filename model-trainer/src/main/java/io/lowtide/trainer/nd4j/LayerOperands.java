package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldLayer;
import java.util.Arrays;

/**
 * The operands of one layer of n units and m inputs, as functions of its parameters and the time.
 * The gates of an unconditional field are folded into the weights; every other gate counts as 1.
 */
final class LayerOperands {

  private final FieldLayer tensors;
  private final int units;
  private final int inputs;
  private final boolean folded;
  private final OperandBlock weights;
  private final AffineOperand bias;
  private final AffineOperand gate;
  private final double[] gates;
  private final double[] gateGradient;

  /**
   * @param tensors where the layer's parameters lie
   * @param contextDimensions k
   * @param offset where its operands begin
   */
  LayerOperands(FieldLayer tensors, int contextDimensions, int offset) {
    boolean conditional = contextDimensions > 0;
    int columns = contextDimensions + 1;
    this.tensors = tensors;
    this.units = tensors.units();
    this.inputs = tensors.inputs();
    int gateUnits = tensors.gateConstant().size();
    this.folded = gateUnits > 0 && !conditional;
    this.weights = new OperandBlock(offset, units, inputs);
    this.bias =
        new AffineOperand(
            new OperandBlock(weights.end(), units, columns),
            tensors.biasConstant(),
            tensors.biasTime(),
            tensors.biasContext());
    this.gate =
        new AffineOperand(
            new OperandBlock(bias.block().end(), conditional ? gateUnits : 0, columns),
            tensors.gateConstant(),
            tensors.gateTime(),
            tensors.gateContext());
    this.gates = new double[units];
    this.gateGradient = new double[units];
    Arrays.fill(gates, 1);
  }

  /** Index after the last operand. */
  int end() {
    return gate.block().end();
  }

  /** W, n by m, with the gates folded in. */
  OperandBlock weights() {
    return weights;
  }

  /** Affine map from [c | 1] to the bias, n by k + 1. */
  OperandBlock bias() {
    return bias.block();
  }

  /** Affine map from [c | 1] to the argument of the gate's sigmoid, n by k + 1; or empty. */
  OperandBlock gate() {
    return gate.block();
  }

  /** Folded gate of a unit at the time of the last {@link #fold}. */
  double foldedGate(int unit) {
    return gates[unit];
  }

  /** Sets the gradients with respect to folded gates to 0. */
  void clearGateGradient() {
    Arrays.fill(gateGradient, 0);
  }

  /** Adds to the gradient with respect to the folded gate of a unit. */
  void addGateGradient(int unit, double gradient) {
    gateGradient[unit] += gradient;
  }

  /** Computes the operands at time s. */
  void fold(double[] parameters, double s, double[] operands) {
    if (folded) {
      for (int i = 0; i < units; i++) {
        double argument =
            parameters[tensors.gateConstant().offset() + i]
                + parameters[tensors.gateTime().offset() + i] * s;
        gates[i] = 2 / (1 + Math.exp(-argument));
      }
    }
    for (int i = 0; i < units; i++) {
      int row = tensors.weights().offset() + i * inputs;
      int target = weights.offset() + i;
      for (int j = 0; j < inputs; j++) {
        operands[target + j * units] = gates[i] * parameters[row + j];
      }
    }
    bias.fold(parameters, s, operands);
    gate.fold(parameters, s, operands);
  }

  /**
   * Turns the gradients with respect to the operands of the last {@link #fold}, and with respect to
   * its folded gates, into the gradient with respect to the parameters.
   *
   * @param parameters those of that fold
   * @param s its time
   * @param operandGradient gradient with respect to the operands
   * @param integrand receives the gradient
   */
  void pullBack(double[] parameters, double s, double[] operandGradient, double[] integrand) {
    for (int i = 0; i < units; i++) {
      int row = tensors.weights().offset() + i * inputs;
      int source = weights.offset() + i;
      double sum = gateGradient[i];
      for (int j = 0; j < inputs; j++) {
        double cotangent = operandGradient[source + j * units];
        integrand[row + j] = gates[i] * cotangent;
        sum += parameters[row + j] * cotangent;
      }
      gateGradient[i] = sum;
    }
    bias.pullBack(s, operandGradient, integrand);
    gate.pullBack(s, operandGradient, integrand);
    if (folded) {
      for (int i = 0; i < units; i++) {
        double argumentGradient = gateGradient[i] * gates[i] * (2 - gates[i]) / 2;
        integrand[tensors.gateConstant().offset() + i] = argumentGradient;
        integrand[tensors.gateTime().offset() + i] = argumentGradient * s;
      }
    }
  }
}
