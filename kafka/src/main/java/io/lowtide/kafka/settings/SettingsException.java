package io.lowtide.kafka.settings;

import java.util.List;

/** Settings that nothing can be started with; the message lists every problem. */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /**
   * @param problems one line for each: the setting, its value, what was expected
   */
  public SettingsException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * @param problem the setting, its value, what was expected
   * @param cause what it shows by
   */
  public SettingsException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /** One line for each problem: the setting, its value, what was expected. */
  public List<String> problems() {
    return problems;
  }
}
