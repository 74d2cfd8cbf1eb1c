package io.lowtide.trainer.engine;

/**
 * Starts an engine. Found by {@link java.util.ServiceLoader}, so that an engine is added by a jar
 * on the class path, and nothing else links to what a machine may lack.
 */
public interface TrainingEngineProvider {

  /** Of the engine, as the setting {@code engine} has it. */
  String name();

  /** Engines of higher priority are asked first where the setting leaves the choice open. */
  int priority();

  /**
   * Starts the engine; a second call gives one that shares what the first has loaded.
   *
   * @throws EngineException if it cannot run here; the message is one line for people
   */
  TrainingEngine load();
}
