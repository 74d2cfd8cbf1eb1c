package io.lowtide.trainer.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * The tensor backend that was built in: ND4J on the CPU, or on CUDA where the build was made with
 * {@code -Pcuda}.
 *
 * @param description library, version and device, for the provenance of a model
 * @param gpu whether arrays live on a GPU
 */
public record Backend(String description, boolean gpu) {

  private static final String LIBRARY_PROPERTIES =
      "/META-INF/maven/org.nd4j/nd4j-api/pom.properties";
  private static final String CUDA_RUNTIME = "org.bytedeco.cuda.global.cudart";

  /**
   * Loads the backend. To be called before the first array is made.
   *
   * @throws BackendException if it cannot run here; the message is one line for people
   */
  public static Backend load() {
    System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
    Nd4jBackend backend;
    try {
      requireDriver();
      backend = Nd4j.getBackend();
      Nd4j.create(1);
    } catch (LinkageError | RuntimeException e) {
      throw new BackendException(explanation(), e);
    }
    boolean gpu = !backend.getEnvironment().isCPU();
    if (!gpu) {
      // Batches are cut into shards with a thread each; threads below those only wait for another.
      Nd4j.getEnvironment().setMaxMasterThreads(1);
      Nd4j.factory().blas().setMaxThreads(1);
    }
    return new Backend("ND4J" + version() + (gpu ? ", CUDA" : ", CPU"), gpu);
  }

  /** A blank and the version of the library; nothing if it was packaged without one. */
  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = Backend.class.getResourceAsStream(LIBRARY_PROPERTIES)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(LIBRARY_PROPERTIES, e);
    }
    String version = properties.getProperty("version");
    return version == null ? "" : " " + version;
  }

  /** ND4J prints a stack trace where CUDA's runtime does not load, so it is loaded here first. */
  private static void requireDriver() {
    if (isCudaBuild()) {
      try {
        Class.forName(CUDA_RUNTIME);
      } catch (ClassNotFoundException e) {
        throw new LinkageError(CUDA_RUNTIME, e);
      }
    }
  }

  private static boolean isCudaBuild() {
    String resource = CUDA_RUNTIME.replace('.', '/') + ".class";
    return Backend.class.getClassLoader().getResource(resource) != null;
  }

  private static String explanation() {
    String platform = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    return isCudaBuild()
        ? "this build trains on CUDA 11.6, but no usable NVIDIA driver and GPU was found on "
            + platform
            + "; build without -Pcuda to train on the CPU"
        : "ND4J's native library cannot be loaded for "
            + platform
            + "; build with -Dnative.platform set to a platform that ND4J ships";
  }
}
