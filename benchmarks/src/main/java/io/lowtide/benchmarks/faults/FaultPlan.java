package io.lowtide.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a run does.
 *
 * @param faults in their order
 * @param calm time between the recovery from one fault and the next fault
 * @param away how long a broker or a registry stays away, and the network is unsteady
 * @param onceIn the number of requests of which one has a mishap while the network is unsteady
 * @param longestHold of such a request or its answer
 * @param recordsPerSecond sent to the source topic, of which one in a hundred is poison
 * @param instances of the application
 * @param seed of every random choice
 * @param settings of the application beyond what the run itself needs
 */
record FaultPlan(
    List<Fault> faults,
    Duration calm,
    Duration away,
    int onceIn,
    Duration longestHold,
    int recordsPerSecond,
    int instances,
    long seed,
    Map<String, String> settings) {}
