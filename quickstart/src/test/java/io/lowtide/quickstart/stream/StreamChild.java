package io.lowtide.quickstart.stream;

import io.lowtide.stream.StreamApplication;
import io.lowtide.stream.config.StreamSettings;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs the stream application in a JVM of its own; each argument is NAME=VALUE. */
public final class StreamChild {

  private StreamChild() {}

  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new LinkedHashMap<>();
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    try (StreamApplication application = StreamApplication.start(StreamSettings.of(settings))) {
      application.awaitEnd();
    }
  }
}
