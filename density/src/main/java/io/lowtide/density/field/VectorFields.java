package io.lowtide.density.field;

import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the kernel that evaluates a vector field: SIMD where the JVM offers it, else scalar. */
public final class VectorFields {

  /** The module that a JVM has to be started with for kernels on SIMD registers. */
  public static final String SIMD_MODULE = "jdk.incubator.vector";

  private static final Logger LOG = LoggerFactory.getLogger(VectorFields.class);
  private static final VectorFieldProvider PROVIDER = choose();

  private VectorFields() {}

  private static VectorFieldProvider choose() {
    if (ModuleLayer.boot().findModule(SIMD_MODULE).isEmpty()) {
      LOG.warn(
          "Scoring kernel: scalar, several times slower than SIMD;"
              + " start the JVM with --add-modules {}",
          SIMD_MODULE);
      return new ScalarVectorFieldProvider();
    }
    VectorFieldProvider provider =
        ServiceLoader.load(VectorFieldProvider.class, VectorFields.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("no SIMD vector field provider on the class path"));
    LOG.info("Scoring kernel: {}", provider.description());
    return provider;
  }

  /** What the fields run on, such as {@code SIMD, 256-bit registers}. */
  public static String description() {
    return PROVIDER.description();
  }

  /** The field on the fastest kernel of this JVM. */
  public static VectorField of(FieldParameters parameters) {
    return PROVIDER.create(parameters);
  }
}
