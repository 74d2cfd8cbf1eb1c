package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {

  private static final byte[] IMAGE = {1, 2, 3};

  @TempDir private Path directory;

  @Test
  void shouldGiveBackWhatWasKeptUnderAKeyAndNothingElse() throws IOException {
    KernelCache cache = new KernelCache(directory.resolve("a").resolve("b"));

    assertThat(cache.read("one")).isEmpty();
    cache.write("one", IMAGE);
    assertThat(cache.read("one")).contains(IMAGE);
    assertThat(cache.read("other")).isEmpty();
    try (Stream<Path> files = Files.list(directory.resolve("a").resolve("b"))) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void shouldDoWithoutAFolderThatCannotBeMade() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    KernelCache cache = new KernelCache(file.resolve("below"));

    cache.write("one", IMAGE);

    assertThat(cache.read("one")).isEmpty();
  }

  @Test
  void shouldTellSourcesAndOptionsApart() {
    assertThat(KernelCache.key(List.of("a", "b")))
        .isEqualTo(KernelCache.key(List.of("a", "b")))
        .isNotEqualTo(KernelCache.key(List.of("ab", "")))
        .isNotEqualTo(KernelCache.key(List.of("a", "c")));
  }
}
