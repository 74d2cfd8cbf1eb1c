package io.lowtide.trainer.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the engine that training computes on: the first on the class path that can run here. */
public final class TrainingEngines {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingEngines.class);

  private TrainingEngines() {}

  /**
   * Starts it.
   *
   * @throws EngineException if none can run here; the message says why of each
   */
  public static TrainingEngine load() {
    List<EngineException> refusals = new ArrayList<>();
    for (TrainingEngineProvider provider :
        ServiceLoader.load(TrainingEngineProvider.class, TrainingEngines.class.getClassLoader())) {
      try {
        return provider.load();
      } catch (EngineException e) {
        LOG.debug("No engine from {}", provider.getClass().getName(), e);
        refusals.add(e);
      }
    }
    if (refusals.isEmpty()) {
      throw new EngineException(
          "no training engine on the class path, expected at least one", null);
    }
    throw new EngineException(
        refusals.stream().map(EngineException::getMessage).collect(Collectors.joining("; ")),
        refusals.get(0));
  }
}
