package io.lowtide.trainer.nd4j;

import java.util.BitSet;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Which of the d components each of B records has. The field is restricted to them: those that a
 * record lacks are held at 0.
 */
sealed interface Presence permits CompleteRecords, MaskedRecords {

  /**
   * Every record has every component at first.
   *
   * @param arrays makes the arrays
   * @param dimensions d
   * @param optional components that a record may lack, ascending
   */
  static Presence of(BatchArrays arrays, int dimensions, int[] optional) {
    return optional.length == 0
        ? new CompleteRecords(arrays, dimensions)
        : new MaskedRecords(arrays, dimensions, optional);
  }

  /** Components that a record may lack, ascending. */
  int[] optional();

  /**
   * Says which components each record has.
   *
   * @param values B by d, column-major: 1 for one that it has, 0 for one that it lacks; those that
   *     are not optional are there
   */
  void set(double[] values);

  /** What was last set, B by d, column-major. */
  double[] values();

  /** The components that a record has; not to be changed, and good until the next call. */
  BitSet present(int record);

  /** Number of components that a record lacks. */
  int absent(int record);

  /**
   * Sets to 0 what belongs to components that a record lacks.
   *
   * @param rows B by d
   */
  void restrict(FieldProgram program, INDArray rows);
}
