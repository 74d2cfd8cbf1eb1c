package io.lowtide.kafka.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void shouldMeasureTheDistanceOfNamesByLevenshtein() {
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
  }

  @Test
  void shouldFindTheNearestNameAndOfEquallyNearOnesTheFirst() {
    assertThat(NearestName.of("epochs", List.of("patience", "epoch"))).isEqualTo("epoch");
    assertThat(NearestName.of("b", List.of("c", "a"))).isEqualTo("a");
  }
}
