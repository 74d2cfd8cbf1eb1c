package io.lowtide.trainer.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What an affine map of each record of a batch is applied to.
 *
 * @param plain x, B by m
 * @param withOne [x | 1], B by m + 1; the same memory
 */
record AffineInput(INDArray plain, INDArray withOne) {}
