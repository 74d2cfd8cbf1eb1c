package io.lowtide.benchmarks.explanation;

import io.lowtide.density.bundle.BundleException;
import io.lowtide.density.bundle.BundleFiles;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.density.explanation.Explanation;
import io.lowtide.density.scoring.RecordScorer;
import io.lowtide.density.scoring.ScoreOutcome;
import io.lowtide.density.scoring.ScoreOutcome.Scored;
import io.lowtide.quickstart.traffic.LabelledRecord;
import io.lowtide.quickstart.traffic.MachinePark;
import io.lowtide.schemas.FieldContribution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Says how often explanations of the demo's faults name the fields that were changed, the strongest
 * first, and how many normal records have their values within the expected ranges. The argument is
 * the model that the demo trained.
 */
public final class ExplanationQuality {

  private static final int TRAINING_RECORDS = 20_000;
  private static final int STREAMED_RECORDS = 50_000;
  private static final long SEED = 1;
  private static final int NORMAL_RECORDS = 5_000;

  private ExplanationQuality() {}

  /** What was counted of one kind of fault. */
  private static final class Counts {
    private int records;
    private int named;
    private int flagged;
    private int flaggedNamed;

    void add(boolean isNamed, boolean isFlagged) {
      records++;
      named += isNamed ? 1 : 0;
      flagged += isFlagged ? 1 : 0;
      flaggedNamed += isNamed && isFlagged ? 1 : 0;
    }
  }

  /** Runs on the model of that file. */
  public static void main(String[] arguments) throws IOException, BundleException {
    ModelBundle bundle = BundleFiles.read(Path.of(arguments[0]));
    System.out.printf(
        "%-10s %-26s %8s %8s   %8s %8s%n", "", "", "all", "named", "flagged", "named");
    print("full", rank(bundle, RecordScorer::explain));
    print("brief", rank(bundle, RecordScorer::explainBriefly));
    printCoverage(bundle);
  }

  private static Iterator<LabelledRecord> stream() {
    return new MachinePark(TRAINING_RECORDS, STREAMED_RECORDS, SEED).stream();
  }

  private static Map<String, Counts> rank(
      ModelBundle bundle, Function<RecordScorer, Explanation> explain) {
    RecordScorer scorer = new RecordScorer(bundle);
    Map<String, Counts> counts = new TreeMap<>();
    for (Iterator<LabelledRecord> records = stream(); records.hasNext(); ) {
      LabelledRecord record = records.next();
      ScoreOutcome outcome = scorer.score(record.value());
      if (record.isNormal() || !(outcome instanceof Scored scored)) {
        continue;
      }
      boolean named = namesFirst(explain.apply(scorer), record.changed());
      boolean flagged = scored.pValue() <= bundle.calibration().defaultBudget();
      int fields = record.changed().size();
      counts.computeIfAbsent(record.kind(), kind -> new Counts()).add(named, flagged);
      counts
          .computeIfAbsent(
              fields == 1 ? "= one field" : "= " + fields + " fields", kind -> new Counts())
          .add(named, flagged);
    }
    return counts;
  }

  /** Whether the strongest contributions are of just these fields. */
  private static boolean namesFirst(Explanation explanation, List<String> fields) {
    Set<String> strongest = new HashSet<>();
    for (FieldContribution contribution : explanation.contributions().subList(0, fields.size())) {
      strongest.add(contribution.getField());
    }
    return strongest.equals(Set.copyOf(fields));
  }

  private static void print(String explanation, Map<String, Counts> counts) {
    counts.forEach(
        (kind, count) ->
            System.out.printf(
                "%-10s %-26s %8d %6.1f %%   %8d %6.1f %%%n",
                explanation,
                kind,
                count.records,
                100.0 * count.named / count.records,
                count.flagged,
                100.0 * count.flaggedNamed / Math.max(1, count.flagged)));
  }

  private static void printCoverage(ModelBundle bundle) {
    RecordScorer scorer = new RecordScorer(bundle);
    Map<String, Integer> within = new TreeMap<>();
    int normal = 0;
    for (Iterator<LabelledRecord> records = stream();
        records.hasNext() && normal < NORMAL_RECORDS; ) {
      LabelledRecord record = records.next();
      if (!record.isNormal() || !(scorer.score(record.value()) instanceof Scored)) {
        continue;
      }
      normal++;
      for (FieldContribution field : scorer.explain().contributions()) {
        boolean isWithin =
            field.getExpectedLow() != null
                && field.getValue() >= field.getExpectedLow()
                && field.getValue() <= field.getExpectedHigh();
        within.merge(field.getField(), isWithin ? 1 : 0, Integer::sum);
      }
    }
    int records = normal;
    System.out.printf(
        "%nof %,d fresh normal records, within the expected range (stated: %s)%n",
        records,
        bundle
            .calibration()
            .expectedRanges()
            .map(ranges -> "%.0f %%".formatted(100 * ranges.getCoverage()))
            .orElse("nothing, this model did not measure it"));
    within.forEach(
        (field, count) -> System.out.printf("%-26s %6.1f %%%n", field, 100.0 * count / records));
  }
}
