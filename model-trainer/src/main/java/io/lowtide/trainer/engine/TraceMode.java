package io.lowtide.trainer.engine;

/** How the divergence tr(df/dz) is found in training. */
public enum TraceMode {
  /**
   * Without noise: in closed form for one or two hidden layers, else by d forward-mode products.
   */
  EXACT,

  /**
   * Hutchinson's estimate e' (df/dz) e with one probe e per batch, held fixed over the solve
   * (FFJORD, Grathwohl et al. 2018, arXiv 1810.01367, section 3.1).
   */
  HUTCHINSON
}
