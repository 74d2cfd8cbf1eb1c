package io.lowtide.trainer.data;

import io.lowtide.density.feature.CategoryText;
import io.lowtide.density.feature.FieldText;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the texts of one column look like: numbers, however they are written, or something else. A
 * column holds numbers if at least half of its values are.
 */
final class ColumnProfile {

  private static final int THOUSAND = 1_000;
  private static final int GROUP = 3;

  /** Kinds of units that are told of a column. */
  private static final int MOST_UNITS = 3;

  private final ReadingOptions options;
  private final Set<String> units = new TreeSet<>();
  private long plain;
  private long plainBelowThousand;
  private long plainFractions;
  private long dressed;
  private long withPoint;
  private long withComma;
  private long others;
  private String example = "";
  private long codes;
  private boolean padded;
  private int codeLength;

  ColumnProfile(ReadingOptions options) {
    this.options = options;
  }

  /**
   * Takes account of one value.
   *
   * @param text without blanks around it
   */
  void see(String text) {
    if (text.isEmpty()) {
      return;
    }
    double number = FieldText.number(text);
    boolean isNumber = !Double.isNaN(number);
    if (isNumber ? options.texts().isMissing(number) : options.texts().isMissing(text)) {
      return;
    }
    if (isNumber && options.decimalMark().isEmpty()) {
      plain++;
      plainBelowThousand += Math.abs(number) < THOUSAND ? 1 : 0;
      plainFractions += hasFraction(text) ? 1 : 0;
      seeCode(text);
    } else {
      seeDressed(text);
    }
  }

  private void seeCode(String text) {
    codeLength = codes == 0 ? text.length() : codeLength;
    boolean isCode =
        text.length() == codeLength && text.chars().allMatch(c -> c >= '0' && c <= '9');
    codes += isCode ? 1 : 0;
    padded |= isCode && codeLength > 1 && text.charAt(0) == '0';
  }

  /** Digits of one length, some of them with a zero in front: 01067 is a code, and no amount. */
  private boolean isCodes() {
    return padded && codes == plain;
  }

  /** That cannot be a group of three digits behind a thousand. */
  private static boolean hasFraction(String text) {
    int point = text.indexOf('.');
    return point >= 0 && text.length() - point - 1 != GROUP;
  }

  private void seeDressed(String text) {
    String unit = NumberForm.unitOf(text);
    boolean point = fits(text, DecimalMark.POINT, unit);
    boolean comma = fits(text, DecimalMark.COMMA, unit);
    if (!point && !comma) {
      others++;
      return;
    }
    dressed++;
    withPoint += point ? 1 : 0;
    withComma += comma ? 1 : 0;
    if (!unit.isEmpty() && units.size() <= MOST_UNITS) {
      units.add(unit);
    }
    if (example.isEmpty()) {
      example = text;
    }
  }

  private boolean fits(String text, DecimalMark mark, String unit) {
    return options.decimalMark().orElse(mark) == mark
        && !Double.isNaN(new NumberForm(mark, unit).parse(text));
  }

  /** Whether its values are texts. */
  boolean isText() {
    if (isCodes()) {
      return true;
    }
    return units.size() > 1
        ? plain < others + dressed
        : plain + Math.max(withPoint, withComma)
            < others + dressed - Math.max(withPoint, withComma);
  }

  /** Whether its values are numbers in the one way that needs no reading of forms. */
  boolean isPlainNumbers() {
    return plain > 0 && plain >= others + dressed && !isCodes();
  }

  /** What a person should know of a column of texts. */
  Optional<String> hint() {
    return dressed > others + plain
        ? Optional.of(
            "looks like numbers written like "
                + example
                + ", which are read from CSV files only; expected a number, or a text like 3.14")
        : Optional.empty();
  }

  /** How its numbers are written. */
  NumberForm form() {
    if (isText() || dressed == 0) {
      return options.decimalMark().map(mark -> new NumberForm(mark, "")).orElse(NumberForm.PLAIN);
    }
    return new NumberForm(
        options.decimalMark().orElse(decimalMark()),
        units.isEmpty() ? "" : units.iterator().next());
  }

  /**
   * 1,234 may be either. A column of thousands has values below 1,000, too, or fractions behind a
   * point, and none of a thousand or more without a mark.
   */
  private DecimalMark decimalMark() {
    if (plainFractions > 0) {
      return DecimalMark.POINT;
    }
    if (withPoint != withComma) {
      return withPoint > withComma ? DecimalMark.POINT : DecimalMark.COMMA;
    }
    boolean thousands = plain > 0 && plain == plainBelowThousand;
    return thousands ? DecimalMark.POINT : DecimalMark.COMMA;
  }

  /** What a person should know of how the column is read. */
  Optional<String> remark() {
    if (isCodes()) {
      return Optional.of("digits with zeros in front, taken for codes");
    }
    if (dressed == 0) {
      return Optional.empty();
    }
    if (units.size() > 1) {
      return Optional.of("amounts in several units " + units + ", of which no number can be made");
    }
    if (isText()) {
      return Optional.empty();
    }
    NumberForm form = form();
    double number = form.parse(example);
    String way =
        String.format(
            Locale.ROOT,
            "written like %s, which is taken for %s",
            example,
            Double.isNaN(number) ? "no number" : plain(number));
    boolean ambiguous = withPoint == withComma && withPoint == dressed && isMarked();
    return Optional.of(
        ambiguous && options.decimalMark().isEmpty()
            ? way + "; if it is not, set the decimal mark (--decimal)"
            : way);
  }

  private boolean isMarked() {
    return example.indexOf(',') >= 0 || example.indexOf('.') >= 0;
  }

  private static String plain(double number) {
    return CategoryText.of(number);
  }
}
