package io.lowtide.density.feature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FieldTextTest {

  @Test
  void shouldReadNumbersAsJavaDoes() {
    for (String text :
        List.of("0", "-0", "12", "+12", "3.14", ".5", "5.", "1e3", "1.5E-7", "-9999", "0.1")) {
      assertThat(FieldText.number(text)).isEqualTo(Double.parseDouble(text));
    }
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(FieldText.number(Double.toString(value))).isEqualTo(value);
      }
      String rounded = String.valueOf(Math.round(value % 1e12) / 1e5);
      assertThat(FieldText.number(rounded)).isEqualTo(Double.parseDouble(rounded));
    }
  }

  @Test
  void shouldNotTakeForANumberWhatOnlyJavaDoes() {
    for (String text :
        List.of(
            "1D",
            "7d",
            "2F",
            "0x1p3",
            "Infinity",
            "NaN",
            "",
            "-",
            ".",
            "1e",
            "1e+",
            "1 2",
            "1,5",
            "1.2.3",
            "e5",
            "--1")) {
      assertThat(FieldText.number(text)).as(text).isNaN();
    }
    assertThat(FieldText.number("1e999")).isInfinite();
  }

  @Test
  void shouldTakeAwayBlanksOfEveryKind() {
    assertThat(FieldText.strip(" \t\u00a0\u202fa b\u2009\r\n ")).isEqualTo("a b");
    assertThat(FieldText.strip(" \u00a0 ")).isEmpty();
  }

  @Test
  void shouldKnowTextsAndNumbersThatStandForMissingValues() {
    for (String text : List.of("", "NA", "N/A", "NaN", "null", "None", "-", "?", "#N/A")) {
      assertThat(FieldText.USUAL.isMissing(text)).as(text).isTrue();
    }
    assertThat(FieldText.USUAL.isMissing("none")).isFalse();
    assertThat(FieldText.USUAL.isMissing(-9999)).isFalse();
    assertThat(FieldText.PLAIN.isMissing("NA")).isFalse();

    FieldText own = new FieldText(List.of("unknown", " -9999 "));
    assertThat(own.isMissing("unknown")).isTrue();
    assertThat(own.isMissing("-9999.0")).isTrue();
    assertThat(own.isMissing(-9999)).isTrue();
    assertThat(own.isMissing("NA")).isFalse();
    assertThat(own.isMissing(Double.NaN)).isFalse();
  }

  @Test
  void shouldReadTruthValues() {
    for (String text : List.of("1", "1.0", "true", "T", "Yes", "y", "ON")) {
      assertThat(FieldText.truth(text)).as(text).isEqualTo(1);
    }
    for (String text : List.of("0", "0.0", "False", "f", "no", "N", "off")) {
      assertThat(FieldText.truth(text)).as(text).isZero();
    }
    for (String text : List.of("2", "maybe", "", "none", "truely")) {
      assertThat(FieldText.truth(text)).as(text).isNaN();
    }
  }

  @Test
  void shouldNameCategoriesInOneWay() {
    assertThat(FieldText.category("2.0")).isEqualTo("2");
    assertThat(FieldText.category("-3.")).isEqualTo("-3");
    assertThat(FieldText.category("-0.0")).isEqualTo("0");
    assertThat(FieldText.category("TRUE")).isEqualTo("true");
    for (String text : List.of("007.0", "1.10", "1.5", "01067", "v1.0", ".0", "Idle")) {
      assertThat(FieldText.category(text)).isEqualTo(text);
    }
    String long20 = "12345678901234567890.0";
    assertThat(FieldText.category(long20)).isEqualTo(long20);
  }
}
