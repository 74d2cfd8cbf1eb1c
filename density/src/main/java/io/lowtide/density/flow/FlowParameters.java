package io.lowtide.density.flow;

import io.lowtide.density.field.FieldParameters;

/**
 * What training finds of a flow.
 *
 * @param field the vector field
 * @param base what the flow starts from, of as many dimensions
 */
public record FlowParameters(FieldParameters field, BaseDensity base) {

  /** From a standard normal. */
  public static FlowParameters fromStandardNormal(FieldParameters field) {
    return new FlowParameters(field, new StandardNormal(field.shape().dimensions()));
  }
}
