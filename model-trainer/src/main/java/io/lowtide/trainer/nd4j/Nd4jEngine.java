package io.lowtide.trainer.nd4j;

import io.lowtide.density.field.FieldShape;
import io.lowtide.trainer.engine.BatchGradient;
import io.lowtide.trainer.engine.BatchProblem;
import io.lowtide.trainer.engine.EngineException;
import io.lowtide.trainer.engine.Precision;
import io.lowtide.trainer.engine.ShardedGradient;
import io.lowtide.trainer.engine.TrainingEngine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * ND4J as it was built in: on the CPU, or on CUDA where the build was made with {@code -Pcuda}.
 *
 * @param description library, version and device
 * @param gpu whether arrays live on a GPU
 */
record Nd4jEngine(String description, boolean gpu) implements TrainingEngine {

  private static final String LIBRARY_PROPERTIES =
      "/META-INF/maven/org.nd4j/nd4j-api/pom.properties";
  private static final String CUDA_RUNTIME = "org.bytedeco.cuda.global.cudart";

  /**
   * Loads the library. To be called before the first array is made.
   *
   * @throws EngineException if it cannot run here; the message is one line for people
   */
  static Nd4jEngine load() {
    System.setProperty(ND4JSystemProperties.LOG_INITIALIZATION, "false");
    Nd4jBackend backend;
    try {
      requireDriver();
      backend = Nd4j.getBackend();
      Nd4j.create(1);
    } catch (LinkageError | RuntimeException e) {
      throw new EngineException(explanation(), e);
    }
    boolean gpu = !backend.getEnvironment().isCPU();
    if (!gpu) {
      // Batches are cut into shards with a thread each; threads below those only wait for another.
      Nd4j.getEnvironment().setMaxMasterThreads(1);
      Nd4j.factory().blas().setMaxThreads(1);
    }
    return new Nd4jEngine("ND4J" + version() + (gpu ? ", CUDA" : ", CPU"), gpu);
  }

  /** Small batches leave a core idle more often than two fits on a GPU would gain. */
  @Override
  public int concurrentFits() {
    return gpu ? 1 : Runtime.getRuntime().availableProcessors();
  }

  /** Of two cores; launching its operations takes a GPU as long. */
  @Override
  public double nominalSpeed() {
    return 2e10;
  }

  @Override
  public Optional<String> refusal(FieldShape shape) {
    return Optional.empty();
  }

  @Override
  public BatchGradient newGradient(BatchProblem problem) {
    return new ShardedGradient(problem, AdjointGradient::new);
  }

  /** The element type of arrays of this precision. */
  static DataType typeOf(Precision precision) {
    return switch (precision) {
      case SINGLE -> DataType.FLOAT;
      case DOUBLE -> DataType.DOUBLE;
    };
  }

  /** A blank and the version of the library; nothing if it was packaged without one. */
  private static String version() {
    Properties properties = new Properties();
    try (InputStream in = Nd4jEngine.class.getResourceAsStream(LIBRARY_PROPERTIES)) {
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
    return Nd4jEngine.class.getClassLoader().getResource(resource) != null;
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
