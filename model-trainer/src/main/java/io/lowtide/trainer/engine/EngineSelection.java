package io.lowtide.trainer.engine;

import io.lowtide.density.field.FieldShape;

/** Says which engine trains a field. */
public interface EngineSelection {

  /**
   * The engine for fields of a shape.
   *
   * @throws EngineException if none serves; the message is one line for people
   */
  TrainingEngine forShape(FieldShape shape);
}
