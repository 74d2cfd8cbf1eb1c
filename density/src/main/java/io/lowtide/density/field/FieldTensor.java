package io.lowtide.density.field;

/**
 * One tensor of a vector field's parameters: where it lies in the flat parameter vector, row-major.
 *
 * @param name name for messages, such as {@code hidden[0].weights}
 * @param offset index of its first element in the flat vector
 * @param rows rows; the units of its layer
 * @param columns columns; 1 for a vector
 */
public record FieldTensor(String name, int offset, int rows, int columns) {

  /** Number of elements. */
  public int size() {
    return rows * columns;
  }
}
