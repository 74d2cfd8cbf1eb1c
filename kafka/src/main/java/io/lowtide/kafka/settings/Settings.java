package io.lowtide.kafka.settings;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;

/** Settings whose names and single values are in order: what was written, and the defaults. */
public final class Settings {

  private final Map<String, Setting> written;
  private final AbstractConfig values;

  Settings(Map<String, Setting> written, AbstractConfig values) {
    this.written = written;
    this.values = values;
  }

  /** The value of every setting that has a definition. */
  public AbstractConfig values() {
    return values;
  }

  /** Whether somebody wrote this setting, rather than leave it at its default. */
  public boolean isWritten(String name) {
    return written.containsKey(name);
  }

  /** The settings written under a prefix, without it. */
  public Map<String, String> under(String prefix) {
    Map<String, String> found = new LinkedHashMap<>();
    written.forEach(
        (name, setting) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), setting.value());
          }
        });
    return found;
  }
}
