package io.lowtide.benchmarks.faults;

/** What is done to the stream while it runs. */
enum Fault {
  /** The application is killed (-9) and started again at once. */
  APPLICATION_KILLED("application killed"),
  /** The application is told to end, and started again. */
  APPLICATION_STOPPED("application stopped"),
  /** The broker is killed (-9), and started again after a few seconds. */
  BROKER_KILLED("broker killed"),
  /** The schema registry goes, the application is killed and starts without it. */
  REGISTRY_AWAY("registry away at a restart"),
  /** The source topic is given one more partition. */
  PARTITION_ADDED("partition added"),
  /**
   * For a while one request in so many between application and broker, or its answer, is held back
   * or lost with its connection.
   */
  NETWORK_UNSTEADY("network unsteady");

  final String text;

  Fault(String text) {
    this.text = text;
  }
}
