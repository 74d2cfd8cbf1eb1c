package io.lowtide.density.field;

/**
 * Makes vector fields for one kind of processor. Found by {@link java.util.ServiceLoader}, so that
 * nothing else links to classes that a JVM may lack.
 */
public interface VectorFieldProvider {

  /** The field of these parameters. */
  VectorField create(FieldParameters parameters);

  /** What it runs on, for the log. */
  String description();
}
