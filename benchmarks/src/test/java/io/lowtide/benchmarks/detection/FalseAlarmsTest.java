package io.lowtide.benchmarks.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FalseAlarmsTest {

  /** Counts of alarms among 200 records after calibration on 99, by simulation. */
  @Test
  void shouldGiveTheProbabilitiesOfExchangeableRecords() {
    Random random = new Random(1);
    int repetitions = 20_000;
    int atLeastFive = 0;
    int atMostFive = 0;
    for (int repetition = 0; repetition < repetitions; repetition++) {
      double[] calibration = random.doubles(99).sorted().toArray();
      // A budget of 0.02 alerts on what ranks among the 0.02 * 100 = 2 lowest.
      long alarms =
          Arrays.stream(random.doubles(200).toArray()).filter(u -> u < calibration[1]).count();
      atLeastFive += alarms >= 5 ? 1 : 0;
      atMostFive += alarms <= 5 ? 1 : 0;
    }
    FalseAlarms five = new FalseAlarms(0.02, 99, 200, 5);
    assertThat(five.probabilityOfAtLeast())
        .isCloseTo((double) atLeastFive / repetitions, within(0.015));
    assertThat(five.probabilityOfAtMost())
        .isCloseTo((double) atMostFive / repetitions, within(0.015));
  }

  @Test
  void shouldGiveProbabilitiesThatSumToOne() {
    FalseAlarms none = new FalseAlarms(0.01, 4000, 50_000, 0);
    assertThat(none.probabilityOfAtLeast()).isCloseTo(1, within(1e-9));
    FalseAlarms all = new FalseAlarms(0.01, 4000, 5_000, 5_000);
    assertThat(all.probabilityOfAtMost()).isCloseTo(1, within(1e-9));
    assertThat(new FalseAlarms(0.01, 4000, 5_000, 60).rate()).isEqualTo(0.012);
  }
}
