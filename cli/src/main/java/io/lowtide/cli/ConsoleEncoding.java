package io.lowtide.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;

/**
 * How texts are written to the console. Where the locale is that of no language, as in containers
 * and under cron, Java knows ASCII alone, and would write a question mark for all else: in the
 * names of fields, too, of a file that another command reads. There it is UTF-8.
 */
final class ConsoleEncoding {

  private ConsoleEncoding() {}

  /**
   * A writer that encodes as the console does.
   *
   * @param name of the stream, {@code stdout} or {@code stderr}
   */
  static PrintWriter writer(OutputStream stream, String name) {
    String ofTerminal = System.getProperty("sun." + name + ".encoding");
    String stated =
        System.getProperty(
            name + ".encoding", ofTerminal == null ? Charset.defaultCharset().name() : ofTerminal);
    return new PrintWriter(new OutputStreamWriter(stream, of(stated)), true);
  }

  /**
   * The encoding for one that Java has found.
   *
   * @param stated its name
   */
  static Charset of(String stated) {
    try {
      Charset charset = Charset.forName(stated);
      return charset.equals(US_ASCII) ? UTF_8 : charset;
    } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
      return UTF_8;
    }
  }
}
