package io.lowtide.benchmarks.faults;

import io.lowtide.quickstart.kafka.EmbeddedKafka;
import java.nio.file.Path;

/** A broker in a process of its own, so that it can be killed. */
final class FaultBroker {

  private FaultBroker() {}

  /**
   * @param arguments directory of the data, and port
   */
  public static void main(String[] arguments) throws Exception {
    try (EmbeddedKafka kafka =
        EmbeddedKafka.start(Path.of(arguments[0]), Integer.parseInt(arguments[1]))) {
      System.out.println(kafka.bootstrapServers());
      // Ends with the parent, however that ends.
      while (System.in.read() >= 0) {
        Thread.onSpinWait();
      }
    }
  }
}
