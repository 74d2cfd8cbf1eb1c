package io.lowtide.trainer.nd4j;

/**
 * One matrix among the operands of a field: where it lies in the flat operand vector, column-major.
 *
 * @param offset index of its first element
 * @param rows rows
 * @param columns columns
 */
record OperandBlock(int offset, int rows, int columns) {

  int size() {
    return rows * columns;
  }

  int end() {
    return offset + size();
  }
}
