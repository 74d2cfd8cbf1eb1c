/**
 * Fits the mixture of Gaussians that a flow may start from: expectation maximisation, how many
 * components it takes, and how much noise.
 */
package io.lowtide.trainer.mixture;
