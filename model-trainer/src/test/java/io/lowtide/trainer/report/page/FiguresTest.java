package io.lowtide.trainer.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void shouldKeepTicksShort() {
    assertThat(Figures.tick(0)).isEqualTo("0");
    assertThat(Figures.tick(-0.25)).isEqualTo("\u22120.25");
    assertThat(Figures.tick(20_000)).isEqualTo("20000");
    assertThat(Figures.tick(48.10002)).isEqualTo("48.10002");
    assertThat(Figures.tick(1_013_250.5)).isEqualTo("1.0132505e6");
    assertThat(Figures.tick(5e15)).isEqualTo("5e15");
    assertThat(Figures.tick(-1.5e-12)).isEqualTo("\u22121.5e\u221212");
  }

  @Test
  void shouldTellSmallSharesFromNone() {
    assertThat(Figures.percent(0)).isEqualTo("0\u00a0%");
    assertThat(Figures.percent(0.0004)).isEqualTo("0.040\u00a0%");
    assertThat(Figures.percent(0.0123)).isEqualTo("1.23\u00a0%");
    assertThat(Figures.percent(1)).isEqualTo("100\u00a0%");
  }

  @Test
  void shouldCutLongNamesBetweenCharacters() {
    assertThat(Figures.shortened("speed", 5)).isEqualTo("speed");
    assertThat(Figures.shortened("\ud83d\ude00".repeat(9), 4))
        .isEqualTo("\ud83d\ude00".repeat(3) + "\u2026");
  }
}
