package io.lowtide.trainer.report.page;

import io.lowtide.kafka.alert.Printable;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * HTML, or SVG within it. Whatever a text or the value of an attribute contains is shown and never
 * obeyed: it is escaped here and nowhere else. Names of elements and attributes are constants of
 * this program.
 */
final class Markup {

  private final StringBuilder text = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Begins an element.
   *
   * @param attributes names and values by turns
   */
  Markup open(String element, String... attributes) {
    begin(element, attributes);
    text.append('>');
    open.push(element);
    return this;
  }

  /** Ends the element that was begun last. */
  Markup close() {
    text.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element with a text. */
  Markup element(String element, String content, String... attributes) {
    return open(element, attributes).text(content).close();
  }

  /** An element of SVG without content. */
  Markup shape(String element, String... attributes) {
    begin(element, attributes);
    text.append("/>");
    return this;
  }

  /** An element of HTML that never has content. */
  Markup empty(String element, String... attributes) {
    begin(element, attributes);
    text.append('>');
    return this;
  }

  private void begin(String element, String... attributes) {
    text.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      text.append('"');
    }
  }

  /** A text. */
  Markup text(String content) {
    escape(content);
    return this;
  }

  /** Other markup. */
  Markup add(Markup other) {
    text.append(other);
    return this;
  }

  private void escape(String content) {
    String printable = Printable.of(content);
    for (int i = 0; i < printable.length(); i++) {
      char c = printable.charAt(i);
      switch (c) {
        case '&' -> text.append("&amp;");
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '"' -> text.append("&quot;");
        case '\'' -> text.append("&#39;");
        default -> text.append(c);
      }
    }
  }

  /**
   * What was written.
   *
   * @throws IllegalStateException if an element is not ended
   */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("elements that are not ended: " + open);
    }
    return text.toString();
  }
}
