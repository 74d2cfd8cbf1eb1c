package io.lowtide.benchmarks.detection;

import io.lowtide.trainer.evaluation.DetectionMetrics;
import java.util.Optional;

/**
 * How one detector did on one set with one seed.
 *
 * @param set name of the set
 * @param detector name of the detector
 * @param seed seed of the run
 * @param metrics how well the scores separate anomalies from normal records
 * @param trainingSeconds wall-clock time of training
 * @param microsecondsPerScore wall-clock time of one score, one thread
 * @param evaluationsOfNormals evaluations of the vector field for a normal record, NaN for other
 *     detectors
 * @param evaluationsOfAnomalies likewise for an anomaly
 * @param falseAlarms what became of the false-alarm budget; empty for detectors that have none
 */
record DetectionResult(
    String set,
    String detector,
    long seed,
    DetectionMetrics metrics,
    double trainingSeconds,
    double microsecondsPerScore,
    double evaluationsOfNormals,
    double evaluationsOfAnomalies,
    Optional<FalseAlarms> falseAlarms) {}
