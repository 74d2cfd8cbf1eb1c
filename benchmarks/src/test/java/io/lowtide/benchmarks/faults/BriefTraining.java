package io.lowtide.benchmarks.faults;

import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.quickstart.traffic.LabelledTraffic;
import io.lowtide.trainer.engine.TrainingEngines;
import io.lowtide.trainer.fit.FlowTrainer;
import io.lowtide.trainer.fit.TrainingSettings;
import java.util.Map;
import java.util.Optional;

/** Models that know little, and are there in a second. */
final class BriefTraining {

  private static final Map<String, String> BRIEF =
      Map.of("hidden.units", "16,16", "iterations", "100", "learning.rate", "0.01");

  private BriefTraining() {}

  static ModelBundle of(LabelledTraffic traffic) {
    return new FlowTrainer(
            TrainingEngines.of("nd4j"),
            "faults",
            TrainingSettings.of(BRIEF),
            report -> {},
            Optional.empty())
        .train(traffic.trainingTable())
        .bundle();
  }
}
