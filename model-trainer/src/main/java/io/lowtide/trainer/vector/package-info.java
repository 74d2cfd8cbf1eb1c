/** The engine on the SIMD registers of the CPU, in Java's Vector API. */
package io.lowtide.trainer.vector;
