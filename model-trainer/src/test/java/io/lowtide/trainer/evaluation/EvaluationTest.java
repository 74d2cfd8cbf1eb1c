package io.lowtide.trainer.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.TestBundles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.trainer.data.RecordFiles;
import io.lowtide.trainer.data.TableSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {

  @TempDir private Path directory;

  private Evaluation evaluation(int spikes) throws IOException {
    Random random = new Random(1);
    StringBuilder csv = new StringBuilder("temperature,machine.current,pressure,line\n");
    for (int i = 0; i < 401; i++) {
      csv.append(i < spikes ? 1e6 : 60 + 5 * random.nextGaussian()).append(',');
      csv.append(10 + random.nextGaussian()).append(',');
      csv.append(6 + random.nextDouble()).append(",7\n");
    }
    Path file = Files.writeString(directory.resolve("records.csv"), csv);
    ModelBundle bundle = TestBundles.bundle();
    TableSelection selection = Evaluation.selection(bundle, Optional.empty(), Optional.empty());
    return Evaluation.of(bundle, RecordFiles.of(file).read(selection), Optional.empty());
  }

  /** A counter that begins anew is such a spike of its change. */
  @Test
  void shouldTellAMedianThatAFewRecordsFarOutsideDoNotSpoil() throws IOException {
    Evaluation usual = evaluation(0);
    Evaluation spoilt = evaluation(3);

    assertThat(spoilt.normalRecords()).isEqualTo(401);
    assertThat(spoilt.meanLogLikelihood()).isLessThan(usual.meanLogLikelihood() - 1_000);
    assertThat(spoilt.medianLogLikelihood()).isEqualTo(usual.medianLogLikelihood(), within(0.1));
    assertThat(usual.medianLogLikelihood()).isEqualTo(usual.meanLogLikelihood(), within(1.0));
  }
}
