package io.lowtide.stream.page;

import io.lowtide.stream.http.Answer;
import io.lowtide.stream.http.Document;
import io.lowtide.stream.http.HostNames;
import io.lowtide.stream.http.Resource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The files that the page consists of. */
final class PageDocuments {

  private static final String HTML = "index.html";

  private static final List<String> FILES =
      List.of(
          "page.css",
          "page.js",
          "state.js",
          "text.js",
          "dom.js",
          "line.js",
          "list.js",
          "detail.js",
          "status.js",
          "numbers.js",
          "icon.svg");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  /** Nothing but the files themselves, and no text that becomes markup or code. */
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; base-uri 'none'; form-action 'none';"
              + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cache-Control",
          "no-cache");

  private PageDocuments() {}

  /** All of them; the page itself is at {@code /}. */
  static List<Document> all(HostNames hosts) {
    List<Document> documents = new ArrayList<>();
    documents.add(new Document("/", hosts, answer(HTML)));
    FILES.forEach(file -> documents.add(new Document(Resource.PARTS + file, hosts, answer(file))));
    return documents;
  }

  private static Answer answer(String file) {
    return new Answer(200, TYPES.get(file.substring(file.indexOf('.') + 1)), text(file), HEADERS);
  }

  private static String text(String file) {
    try (InputStream stream = PageDocuments.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + file + " of the page");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
