package io.lowtide.trainer.report;

import java.util.List;

/**
 * What the report of a run shows, measured.
 *
 * @param run the run
 * @param looked number of its records that were looked at, evenly spread where they are not all
 * @param fields what the model's fields are like, the scored ones first
 * @param fieldsNotShown number of fields besides
 * @param pairs the model's density of the pairs of fields that say most about each other
 * @param unlikely the least likely records
 * @param limits what is not to be relied on, a sentence each
 * @param verdict what to take from it
 */
public record RunFacts(
    ReportedRun run,
    int looked,
    List<FieldFacts> fields,
    int fieldsNotShown,
    List<PairDensity> pairs,
    List<UnlikelyRecord> unlikely,
    List<String> limits,
    Verdict verdict) {

  /** A page with more is not read, and takes long to make. */
  private static final int MOST_FIELDS = 48;

  /** Measures; takes some seconds, whatever the number of records. */
  public static RunFacts of(ReportedRun run) {
    ScoredRecords records = ScoredRecords.of(run.model(), run.records());
    double[][] samples = ModelSamples.of(run.model(), records);
    List<UnlikelyRecord> unlikely = UnlikelyRecord.of(records);
    int inputs = run.model().encoder().inputs().size();
    return new RunFacts(
        run,
        records.size(),
        new FieldMeasurement(records, samples, run.fields()).first(MOST_FIELDS),
        Math.max(0, inputs - MOST_FIELDS),
        new PairMeasurement(records, samples, unlikely).of(),
        unlikely,
        KnownLimits.of(run),
        Verdict.of(run));
  }
}
