package io.lowtide.stream.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.density.explanation.Explanation;
import io.lowtide.schemas.ExplanationKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ExplanationBudgetTest {

  private static final long MILLISECOND = 1_000_000;

  private static final Explanation FULL = explanation(ExplanationKind.FULL);
  private static final Explanation BRIEF = explanation(ExplanationKind.BRIEF);

  private long now;

  private static Explanation explanation(ExplanationKind kind) {
    return new Explanation(kind, Optional.empty(), 0, OptionalDouble.empty(), List.of());
  }

  /** Of which a full one takes 10 ms, and a brief one and all else of a record 1 ms. */
  private int fullOnesOf(ExplanationBudget budget, int alerts) {
    int full = 0;
    for (int alert = 0; alert < alerts; alert++) {
      now += MILLISECOND;
      Explanation given =
          budget.explain(
              () -> {
                now += 10 * MILLISECOND;
                return FULL;
              },
              () -> BRIEF);
      full += given == FULL ? 1 : 0;
    }
    return full;
  }

  @Test
  void shouldExplainInFullWhatIsSavedUpFor() {
    // A tenth of a quarter of a second.
    assertThat(fullOnesOf(new ExplanationBudget(0.1, () -> now), 3)).isEqualTo(3);
  }

  @Test
  void shouldSpendNoMoreThanItsShareInALongBurst() {
    ExplanationBudget budget = new ExplanationBudget(0.1, () -> now);
    fullOnesOf(budget, 200);
    long before = now;
    int full = fullOnesOf(budget, 100_000);
    double share = (double) full * 10 * MILLISECOND / (now - before);
    assertThat(share).isBetween(0.099, 0.101);
  }

  @Test
  void shouldSaveUpAgainWhileThereIsNothingToExplain() {
    ExplanationBudget budget = new ExplanationBudget(0.1, () -> now);
    fullOnesOf(budget, 1_000);
    assertThat(fullOnesOf(budget, 5)).isZero();
    now += 1_000_000 * MILLISECOND;
    assertThat(fullOnesOf(budget, 3)).isEqualTo(3);
  }

  @Test
  void shouldExplainAllOrNothingInFullAtTheEndsOfTheScale() {
    assertThat(fullOnesOf(new ExplanationBudget(1, () -> now), 10_000)).isEqualTo(10_000);
    assertThat(fullOnesOf(new ExplanationBudget(0, () -> now), 100)).isZero();
  }
}
