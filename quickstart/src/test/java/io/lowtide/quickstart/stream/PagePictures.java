package io.lowtide.quickstart.stream;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Photographs the page of a running demo, and the report of its training, for the README: {@code
 * docs/take-pictures}.
 */
final class PagePictures {

  private static final int WIDTH = 1280;
  private static final int HEIGHT = 1080;
  private static final String DRAWN =
      "document.querySelectorAll('#alert-list button').length > 10"
          + " && document.querySelectorAll('#line svg .median').length > 0"
          + " && document.querySelectorAll('#detail .lately').length > 1"
          + " && document.querySelector('#line-readout').textContent.startsWith('50,000 scores')";

  private PagePictures() {}

  /**
   * @param arguments address of the page, the report's file, and the folder that the pictures go to
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[2]);
    Path profile = Files.createTempDirectory("lowtide-pictures-");
    Path program =
        Chromium.installed()
            .orElseThrow(() -> new IllegalStateException("no chromium on the path"));
    try (Chromium browser = Chromium.start(program, profile)) {
      for (String scheme : new String[] {"light", "dark"}) {
        browser.view(WIDTH, HEIGHT, scheme, 1);
        browser.open(arguments[0]);
        browser.await("document.querySelector('#line svg')");
        browser.evaluate("document.querySelector('#range input[value=\"2\"]').click()");
        browser.await(DRAWN);
        keep(browser, folder.resolve("page-" + scheme + ".webp"));
        browser.open(Path.of(arguments[1]).toUri().toString());
        browser.await("document.querySelectorAll('#density figure').length > 1");
        keep(browser, folder.resolve("report-" + scheme + ".webp"));
      }
    }
  }

  private static void keep(Chromium browser, Path file) throws IOException {
    Files.write(file, browser.picture("webp"));
    System.out.println(file);
  }
}
