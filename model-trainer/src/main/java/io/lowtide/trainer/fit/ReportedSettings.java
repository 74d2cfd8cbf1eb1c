package io.lowtide.trainer.fit;

import java.util.LinkedHashMap;
import java.util.Map;

/** Settings of a report, as a person would have written them. */
public final class ReportedSettings {

  private ReportedSettings() {}

  /** Lists without their brackets, and none that had no value. */
  public static Map<String, String> asWritten(Map<String, String> reported) {
    Map<String, String> written = new LinkedHashMap<>();
    reported.forEach(
        (name, value) -> {
          if (!value.equals("null")) {
            boolean isList = value.startsWith("[") && value.endsWith("]");
            written.put(name, isList ? value.substring(1, value.length() - 1) : value);
          }
        });
    return written;
  }
}
