package io.lowtide.trainer.engine;

import io.lowtide.density.field.FieldShape;
import java.util.Optional;

/**
 * What training computes on: a library, and the processor that it uses. Everything that crosses
 * this seam is plain arrays; {@code TrainingEngineConformance} among the tests holds every engine
 * to what they must contain.
 */
public interface TrainingEngine {

  /** Library, version and device, for the provenance of a model. */
  String description();

  /**
   * How many fits make good use of the processor side by side, at least 1. It decides how long
   * training takes, and nothing else.
   */
  int concurrentFits();

  /**
   * Floating-point operations a second that default trainings reach on a usual machine, in order of
   * magnitude. A constant, and no measurement: what follows from it is the same on every machine
   * and beside whatever else runs.
   */
  double nominalSpeed();

  /**
   * Why the engine does not take fields of a shape, in a few words for people; empty if it does.
   */
  Optional<String> refusal(FieldShape shape);

  /** Makes ready to compute; to be closed by the caller. May be called by several threads. */
  BatchGradient newGradient(BatchProblem problem);
}
