package io.lowtide.stream.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNameTest {

  @TempDir private Path directory;

  @Test
  void shouldKeepTheNameOfAnInstance() {
    Optional<String> name = InstanceName.in(directory.resolve("state/app.instance"));

    assertThat(name).isPresent();
    assertThat(InstanceName.in(directory.resolve("state/app.instance"))).isEqualTo(name);
    assertThat(InstanceName.in(directory.resolve("other.instance"))).isPresent().isNotEqualTo(name);
  }

  @Test
  void shouldMakeUpANewNameForADamagedOne() throws Exception {
    Path file = Files.writeString(directory.resolve("app.instance"), "");

    Optional<String> name = InstanceName.in(file);

    assertThat(name).isPresent();
    assertThat(InstanceName.in(file)).isEqualTo(name);
  }

  @Test
  void shouldGoWithoutANameThatCannotBeKept() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThat(InstanceName.in(file.resolve("app.instance"))).isEmpty();
  }
}
