package io.lowtide.density.field;

/** Makes fields that run on the SIMD registers of the machine. */
public final class SimdVectorFieldProvider implements VectorFieldProvider {

  @Override
  public VectorField create(FieldParameters parameters) {
    return new SimdVectorField(parameters);
  }

  @Override
  public String description() {
    return "SIMD, " + SimdVectorField.registerBits() + "-bit registers";
  }
}
