package io.lowtide.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;

class EpisodeContractTest {

  /** What is stored under the latest version must be readable when there is a later one. */
  @Test
  void shouldKeepTheContractOfTodayAsItsLatestVersion() {
    assertThat(SchemaNormalization.toParsingForm(EpisodeContract.version(EpisodeContract.LATEST)))
        .as("a change of Episode.avsc needs the next file Episode-N.avsc, and LATEST")
        .isEqualTo(SchemaNormalization.toParsingForm(Episode.getClassSchema()));
  }
}
