package io.lowtide.quickstart.demo;

import java.nio.file.Path;

/**
 * How the demo runs.
 *
 * @param directory where the model, the state and the logs go
 * @param httpPort port of the application's page, metrics and health; 0: any free one
 * @param alertsShown alerts to print in full
 * @param keepRunning whether to go on after the table until interrupted
 */
record DemoSettings(Path directory, int httpPort, int alertsShown, boolean keepRunning) {}
