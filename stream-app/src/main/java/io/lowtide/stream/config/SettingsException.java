package io.lowtide.stream.config;

import java.util.List;

/** Settings that the application cannot start with; the message lists every problem. */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  SettingsException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  SettingsException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** One line for each problem: the setting, its value, what was expected. */
  public List<String> problems() {
    return problems;
  }
}
