package io.lowtide.stream.drift;

import io.lowtide.density.drift.DriftFinding;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftDirection;
import io.lowtide.schemas.DriftEnd;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RecordPosition;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;

/** Tells of drift. */
final class DriftTelling {

  private final String detector;
  private final DriftSettings settings;

  /**
   * @param detector name of the detector
   */
  DriftTelling(String detector, DriftSettings settings) {
    this.detector = detector;
    this.settings = settings;
  }

  /**
   * A drift that was told of.
   *
   * @param id of its messages
   * @param modelVersion of the model whose calibration the records differ from
   * @param modelCreated when that was trained, in milliseconds since 1970
   * @param budget false-alarm budget then
   * @param finding what showed it
   */
  record Told(
      String id, String modelVersion, long modelCreated, double budget, DriftFinding finding) {

    void write(DataOutput out) throws IOException {
      out.writeUTF(id);
      out.writeUTF(modelVersion);
      out.writeLong(modelCreated);
      out.writeDouble(budget);
      finding.write(out);
    }

    static Told read(DataInput in) throws IOException {
      return new Told(
          in.readUTF(), in.readUTF(), in.readLong(), in.readDouble(), DriftFinding.read(in));
    }
  }

  /** The message that there is drift. */
  DriftEvent raised(Told told, String group, RecordPosition source, long time) {
    DriftFinding finding = told.finding();
    return event(told, group, source, time)
        .setChange(DriftChange.RAISED)
        .setRecords(finding.records())
        .setSummary(
            String.format(
                Locale.ROOT,
                "%s since %s: %s of the last %,d records%s are within the budget of %s, and %s"
                    + " where calibration has %s.",
                what(finding.direction()),
                Instant.ofEpochMilli(finding.since()),
                percent(finding.shareWithinBudget()),
                finding.records(),
                of(group),
                percent(told.budget()),
                percent(finding.shareAtLevel()),
                percent(finding.level())))
        .build();
  }

  /**
   * The message that there is none any more.
   *
   * @param records since it was seen last
   */
  DriftEvent over(
      Told told, String group, RecordPosition source, long time, DriftEnd end, long records) {
    return event(told, group, source, time)
        .setChange(DriftChange.OVER)
        .setEndedBy(end)
        .setRecords(records)
        .setSummary(
            String.format(
                Locale.ROOT,
                "The drift since %s%s is over: %s.",
                Instant.ofEpochMilli(told.finding().since()),
                of(group),
                why(end, records)))
        .build();
  }

  private DriftEvent.Builder event(Told told, String group, RecordPosition source, long time) {
    DriftFinding finding = told.finding();
    return DriftEvent.newBuilder()
        .setId(told.id())
        .setDetector(detector)
        .setPartition(source.getPartition())
        .setGroup(group)
        .setModelVersion(told.modelVersion())
        .setModelCreated(Instant.ofEpochMilli(told.modelCreated()))
        .setSince(Instant.ofEpochMilli(finding.since()))
        .setToldAt(Instant.ofEpochMilli(time))
        .setDirection(finding.direction())
        .setBudget(told.budget())
        .setShareWithinBudget(finding.shareWithinBudget())
        .setLevel(finding.level())
        .setShareAtLevel(finding.shareAtLevel())
        .setStrength(finding.strength())
        .setTolerance(settings.tolerance())
        .setFalseAlarmRecords(settings.falseAlarmRecords())
        .setSource(source);
  }

  private static String what(DriftDirection direction) {
    return switch (direction) {
      case TOO_MANY_LOW -> "Records have become less probable";
      case TOO_MANY_HIGH -> "Records have become more probable, or more alike,";
      case BOTH -> "Records have become less and more probable";
    };
  }

  private static String why(DriftEnd end, long records) {
    return switch (end) {
      case MODEL_REPLACED -> "another model or budget is in use";
      case SETTINGS_CHANGED -> "the settings of the watch have changed";
      default ->
          String.format(Locale.ROOT, "it was not seen any more in the last %,d records", records);
    };
  }

  private static String of(String group) {
    return group == null ? "" : " of " + group;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.3g %%", 100 * share);
  }
}
