package io.lowtide.density.field;

/** Makes fields in plain Java. */
final class ScalarVectorFieldProvider implements VectorFieldProvider {

  @Override
  public VectorField create(FieldParameters parameters) {
    return new ScalarVectorField(parameters);
  }

  @Override
  public String description() {
    return "scalar";
  }
}
