package io.lowtide.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.feature.FieldText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelColumnTest {

  @TempDir private Path directory;

  private boolean[] anomalous(String normalLabel, String... labels) throws IOException {
    StringBuilder csv = new StringBuilder("x,label\n");
    for (String label : labels) {
      csv.append("1,").append(label).append('\n');
    }
    Path file = Files.writeString(directory.resolve("data.csv"), csv);
    ReadingOptions options =
        new ReadingOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            FieldText.USUAL,
            Optional.ofNullable(normalLabel));
    return RecordFiles.of(List.of(file), options)
        .read(TableSelection.labelled("label"))
        .anomalous();
  }

  @Test
  void shouldReadLabelsAsPeopleHaveThem() throws IOException {
    assertThat(anomalous(null, "0", "1", "0.0", "2")).containsExactly(false, true, false, true);
    assertThat(anomalous(null, "1", "-1", "1")).containsExactly(false, true, false);
    assertThat(anomalous(null, "False", "true", "FALSE")).containsExactly(false, true, false);
    assertThat(anomalous(null, "no", "yes", "n")).containsExactly(false, true, false);
    assertThat(anomalous(null, "normal", "anomaly")).containsExactly(false, true);
    assertThat(anomalous("ok", "ok", "bad", " ok ")).containsExactly(false, true, false);
    assertThat(anomalous("normal", "normal", "neptune", "smurf"))
        .containsExactly(false, true, true);
    assertThat(anomalous("1", "1", "0", "1.0")).containsExactly(false, true, false);
  }

  @Test
  void shouldAskForTheNormalLabelOfTextsItDoesNotKnow() {
    assertThatThrownBy(() -> anomalous(null, "ok", "bad"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "data.csv, column \"label\": labels [ok, bad], expected 0 and other numbers, true and"
                + " false, or -1 and 1; of texts say which is the normal one (--normal-label)");
    assertThatThrownBy(() -> anomalous("fine", "ok", "bad"))
        .hasMessage(
            "data.csv, column \"label\": no row is labelled \"fine\", expected one of [ok, bad]");
  }

  @Test
  void shouldNameTheRowWithoutALabel() {
    assertThatThrownBy(() -> anomalous(null, "0", "", "1"))
        .hasMessage("data.csv line 3, column \"label\": no label, expected one in every row");
  }

  @Test
  void shouldRefuseALabelThatOccursTwice() throws IOException {
    Path file = Files.writeString(directory.resolve("data.csv"), "x,label,label\n1,0,1\n");
    assertThatThrownBy(() -> RecordFiles.of(file).read(TableSelection.labelled("label")))
        .hasMessage("data.csv: several columns \"label\", expected each name once");
  }
}
