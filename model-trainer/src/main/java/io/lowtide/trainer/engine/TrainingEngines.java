package io.lowtide.trainer.engine;

import io.lowtide.density.field.FieldShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects among the engines on the class path: the one that the setting {@code engine} names, or,
 * for {@code auto}, the fastest that can run on this machine and takes the field's shape. Says in
 * one line what was taken, and why not another.
 */
public final class TrainingEngines implements EngineSelection {

  /** Stands for the fastest engine that serves. */
  public static final String AUTOMATIC = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(TrainingEngines.class);

  private final String choice;
  private final List<TrainingEngineProvider> providers;
  private String said = "";

  /**
   * @param choice name of an engine, or {@link #AUTOMATIC}
   * @param providers of the engines that there are
   */
  TrainingEngines(String choice, List<TrainingEngineProvider> providers) {
    this.choice = choice;
    this.providers =
        providers.stream()
            .sorted(Comparator.comparingInt(TrainingEngineProvider::priority).reversed())
            .toList();
  }

  /**
   * Selects by the setting.
   *
   * @param choice name of an engine, or {@link #AUTOMATIC}
   */
  public static TrainingEngines of(String choice) {
    List<TrainingEngineProvider> providers = new ArrayList<>();
    ServiceLoader.load(TrainingEngineProvider.class, TrainingEngines.class.getClassLoader())
        .forEach(providers::add);
    return new TrainingEngines(choice, providers);
  }

  @Override
  public TrainingEngine forShape(FieldShape shape) {
    List<String> refusals = new ArrayList<>();
    EngineException cause = null;
    for (TrainingEngineProvider provider : providers) {
      if (!choice.equals(AUTOMATIC) && !choice.equals(provider.name())) {
        continue;
      }
      try {
        TrainingEngine engine = provider.load();
        Optional<String> refusal = engine.refusal(shape);
        if (refusal.isEmpty()) {
          say(engine, refusals);
          return engine;
        }
        refusals.add(provider.name() + ": " + refusal.get());
      } catch (EngineException e) {
        LOG.debug("No engine {}", provider.name(), e);
        refusals.add(provider.name() + ": " + e.getMessage());
        cause = e;
      }
    }
    throw new EngineException(explanation(refusals), cause);
  }

  private String explanation(List<String> refusals) {
    if (!refusals.isEmpty()) {
      return "no engine to train on; " + String.join("; ", refusals);
    }
    String names =
        providers.stream().map(TrainingEngineProvider::name).collect(Collectors.joining(", "));
    return "engine: "
        + choice
        + " is not on the class path, expected one of "
        + (names.isEmpty() ? "none that there is" : AUTOMATIC + ", " + names);
  }

  /** Once for each outcome: folds that are fitted side by side ask for the same. */
  private synchronized void say(TrainingEngine engine, List<String> refusals) {
    String outcome =
        engine.description()
            + (refusals.isEmpty() ? "" : " (not " + String.join("; not ", refusals) + ")");
    if (!outcome.equals(said)) {
      LOG.info("Training on {}", outcome);
      said = outcome;
    }
  }
}
