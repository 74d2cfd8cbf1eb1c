/**
 * Fits the mixture of Gaussians that a flow may start from: expectation maximisation, and how many
 * components it takes.
 */
package io.lowtide.trainer.mixture;
