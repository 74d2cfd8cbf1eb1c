package io.lowtide.trainer.engine;

/** Of the numbers that an engine computes with. */
public enum Precision {
  /** 32 bits, to train. */
  SINGLE,

  /** 64 bits, to check an engine by finite differences. */
  DOUBLE
}
