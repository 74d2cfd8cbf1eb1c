package io.lowtide.trainer.command;

import io.lowtide.cli.OptionException;
import io.lowtide.density.feature.FieldText;
import io.lowtide.trainer.data.DecimalMark;
import io.lowtide.trainer.data.ReadingOptions;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that say how files are read, where they do not say it themselves. */
public final class FileOptions {

  private static final Map<String, Character> SEPARATORS =
      Map.of("comma", ',', "semicolon", ';', "tab", '\t', "pipe", '|', "\\t", '\t');

  @Option(
      names = "--separator",
      paramLabel = "CHARACTER",
      description =
          "Separates the values of a CSV file: comma, semicolon, tab, pipe or a character. Without"
              + " it, the first four are tried.")
  private String separator;

  @Option(
      names = "--decimal",
      paramLabel = "MARK",
      description =
          "Mark before the fraction of numbers in a CSV file: point or comma. Without it, found by"
              + " looking, for each column.")
  private String decimal;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "Encoding of a CSV file, such as ISO-8859-1; UTF-8 without it.")
  private Charset encoding;

  @Option(
      names = "--missing",
      paramLabel = "TEXT",
      split = ",",
      description =
          "Texts or numbers that stand for a missing value, separated by commas, in the place of NA,"
              + " N/A, NaN, null, None, -, ? and the like. An empty one always does. The model keeps"
              + " them for the stream.")
  private List<String> missing;

  @Option(
      names = "--normal-label",
      paramLabel = "TEXT",
      description =
          "Label of the normal records. Without it: 0, false, \"normal\", or 1 where there is -1.")
  private String normalLabel;

  /** How to read files. */
  public ReadingOptions reading() {
    return reading(FieldText.USUAL);
  }

  /**
   * How to read files.
   *
   * @param texts what stands for missing values where no option says so
   */
  ReadingOptions reading(FieldText texts) {
    return new ReadingOptions(
        Optional.ofNullable(separator).map(FileOptions::separator),
        Optional.ofNullable(decimal).map(FileOptions::decimalMark),
        Optional.ofNullable(encoding),
        missing == null ? texts : new FieldText(missing),
        Optional.ofNullable(normalLabel));
  }

  private static DecimalMark decimalMark(String text) {
    return switch (text) {
      case "point", "." -> DecimalMark.POINT;
      case "comma", "," -> DecimalMark.COMMA;
      default -> throw new OptionException("--decimal: \"" + text + "\", expected point or comma");
    };
  }

  private static char separator(String text) {
    Character named = SEPARATORS.get(text);
    if (named != null) {
      return named;
    }
    if (text.length() != 1
        || Character.isLetterOrDigit(text.charAt(0))
        || "\"#\n\r".contains(text)) {
      throw new OptionException(
          "--separator: \""
              + text
              + "\", expected comma, semicolon, tab, pipe or one character that is no letter, digit,"
              + " quote or #");
    }
    return text.charAt(0);
  }
}
