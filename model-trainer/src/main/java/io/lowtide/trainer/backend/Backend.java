package io.lowtide.trainer.backend;

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

  private static final String CUDA_BACKEND = "org/nd4j/linalg/jcublas/JCublasBackend.class";

  /**
   * Loads the backend. To be called before the first array is made.
   *
   * @throws BackendException if it cannot run here; the message is one line for people
   */
  public static Backend load() {
    System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
    Nd4jBackend backend;
    try {
      backend = Nd4j.getBackend();
      Nd4j.create(1);
    } catch (LinkageError | RuntimeException e) {
      throw new BackendException(explanation(), e);
    }
    boolean gpu = !backend.getEnvironment().isCPU();
    if (!gpu) {
      // Batches are cut into shards with a thread each; threads below those only wait for another.
      Nd4j.getEnvironment().setMaxMasterThreads(1);
      Nd4j.getEnvironment().setMaxThreads(1);
      Nd4j.factory().blas().setMaxThreads(1);
    }
    String version = Nd4j.class.getPackage().getImplementationVersion();
    return new Backend(
        "ND4J" + (version == null ? "" : " " + version) + (gpu ? ", CUDA" : ", CPU"), gpu);
  }

  private static String explanation() {
    boolean cuda = Backend.class.getClassLoader().getResource(CUDA_BACKEND) != null;
    String platform = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    return cuda
        ? "this build trains on CUDA 11.6, but no usable NVIDIA driver and GPU was found on "
            + platform
            + "; build without -Pcuda to train on the CPU"
        : "ND4J's native library cannot be loaded for "
            + platform
            + "; build with -Dnative.platform set to a platform that ND4J ships";
  }
}
