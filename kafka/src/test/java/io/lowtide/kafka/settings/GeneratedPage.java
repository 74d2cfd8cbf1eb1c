package io.lowtide.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Holds a page of the documentation to the code that it is generated from. */
public final class GeneratedPage {

  private static final String UPDATE = "update.pages";

  private GeneratedPage() {}

  /**
   * Asserts that the page is what the code says; writes it anew where the system property {@code
   * update.pages} is set.
   *
   * @param name file in {@code docs}
   * @param generated what it should hold
   */
  public static void assertCurrent(String name, String generated) throws IOException {
    Path page = Path.of("..", "docs", name);
    if (System.getProperty(UPDATE) != null) {
      Files.writeString(page, generated);
    }
    assertThat(page).as("write it with -D%s", UPDATE).content().isEqualTo(generated);
  }
}
