package io.lowtide.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.field.Activation;
import io.lowtide.density.field.FieldShape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CarriedPtxTest {

  private static final Path KERNELS = Path.of("src/main/resources/io/lowtide/cuda");

  @Test
  void shouldBeMadeOfTheSourceOfToday() throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(Files.readAllBytes(KERNELS.resolve("ffjord.cu")));
    digest.update(Files.readAllBytes(KERNELS.resolve("tensor.cuh")));

    assertThat(Files.readString(KERNELS.resolve("ptx/source.sha256")).strip())
        .as("run cuda-engine/make-ptx after a change of the kernels")
        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }

  @Test
  void shouldServeTheDefaultFieldWithAndWithoutAContext() {
    for (int dimensions : new int[] {1, 8, 9, 21, 64}) {
      for (int context : new int[] {0, 5}) {
        for (Activation activation : Activation.values()) {
          FieldShape shape = new FieldShape(dimensions, context, List.of(64, 64), activation);
          String ptx =
              new String(
                  new CarriedPtx().compile(KernelShape.least(shape)).orElseThrow(),
                  StandardCharsets.UTF_8);

          assertThat(ptx).contains(".target sm_70");
          for (String kernel : List.of("prepare", "flow", "reduce", "finish", "describe")) {
            assertThat(ptx).contains(".visible .entry " + kernel + "(");
          }
        }
      }
    }
  }

  @Test
  void shouldHaveNothingForWhatIsSeldomTrained() {
    FieldShape deep = new FieldShape(8, 0, List.of(64, 64, 64, 64, 64), Activation.TANH);

    assertThat(new CarriedPtx().compile(KernelShape.least(deep))).isEmpty();
    assertThat(new CarriedPtx().serves(KernelShape.least(deep))).isFalse();
  }
}
