package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One matrix that a batch is multiplied by.
 *
 * @param value the matrix at the time of the last {@link OperandMatrices#fold}
 * @param gradient of its shape: what programs add up of the gradient with respect to it
 */
record OperandMatrix(INDArray value, INDArray gradient) {}
