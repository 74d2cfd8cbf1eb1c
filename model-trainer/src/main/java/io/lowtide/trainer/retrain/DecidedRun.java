package io.lowtide.trainer.retrain;

import io.lowtide.schemas.TrainingRun;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a retraining decided.
 *
 * @param event as it is on the runs topic
 * @param report for people; empty where this run has written none
 */
public record DecidedRun(TrainingRun event, Optional<Path> report) {}
