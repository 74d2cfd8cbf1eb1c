/**
 * The engine that trains on NVIDIA GPUs: one fused kernel ({@code ffjord.cu} among the resources)
 * behind the seam {@code io.lowtide.trainer.engine}, called through the driver's own library.
 */
package io.lowtide.cuda;
