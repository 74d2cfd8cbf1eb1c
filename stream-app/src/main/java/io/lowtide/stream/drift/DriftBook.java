package io.lowtide.stream.drift;

import io.lowtide.density.drift.DriftFinding;
import io.lowtide.density.drift.DriftNews;
import io.lowtide.density.drift.DriftReference;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.density.drift.DriftWatch;
import io.lowtide.kafka.alert.Printable;
import io.lowtide.schemas.DriftEnd;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.stream.config.DriftWatchSettings;
import io.lowtide.stream.detection.ActiveModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches over drift of one source partition: one over all of its records, and one over each
 * group of them where that is asked for. Each begins anew under another model, budget or settings.
 * What they have seen is remembered with each record, so that a restart changes nothing. Belongs to
 * one task.
 *
 * <p>The false alarms that the settings allow in so many records are those of all watches: with
 * groups a record counts in two, of which each gets half.
 */
public final class DriftBook {

  private static final Logger LOG = LoggerFactory.getLogger(DriftBook.class);

  /** Of what is remembered. */
  private static final byte VERSION = 1;

  /** As many one after the other without a group are no accident: the setting may be misspelt. */
  private static final int MANY_WITHOUT_GROUP = 1_000;

  private final DriftMemory memory;
  private final DriftWatchSettings settings;
  private final DriftSettings watchSettings;
  private final Optional<GroupField> groupField;
  private final DriftTelling telling;
  private final Map<String, Subject> groups = new LinkedHashMap<>();
  private final Bytes bytes = new Bytes();

  /** The drift of all records that there was before the first of them since a restart. */
  private DriftFinding remembered;

  private Subject all;
  private ActiveModel model;
  private DriftReference reference;
  private boolean full;
  private int withoutGroup;
  private boolean saidWithoutGroup;
  private int drifting;

  /** What one watch is over. */
  private static final class Subject {

    final String group;
    final DriftWatch watch;
    DriftTelling.Told told;

    Subject(String group, DriftWatch watch) {
      this.group = group;
      this.watch = watch;
    }
  }

  /** What the watches of a partition were set up with, and what they had told. */
  private record Header(
      String modelVersion,
      double budget,
      DriftSettings settings,
      String groupField,
      DriftTelling.Told told) {

    void write(DataOutputStream out) throws IOException {
      out.writeByte(VERSION);
      out.writeUTF(modelVersion);
      out.writeDouble(budget);
      out.writeDouble(settings.falseAlarmRecords());
      out.writeDouble(settings.tolerance());
      out.writeLong(settings.span().toMillis());
      out.writeUTF(groupField);
      out.writeBoolean(told != null);
      if (told != null) {
        told.write(out);
      }
    }

    static Header read(DataInputStream in) throws IOException {
      requireVersion(in);
      return new Header(
          in.readUTF(),
          in.readDouble(),
          new DriftSettings(in.readDouble(), in.readDouble(), Duration.ofMillis(in.readLong())),
          in.readUTF(),
          in.readBoolean() ? DriftTelling.Told.read(in) : null);
    }
  }

  /** Bytes that are written again and again. */
  private static final class Bytes extends ByteArrayOutputStream {

    final DataOutputStream out = new DataOutputStream(this);

    Bytes() {
      super(1 << 13);
    }
  }

  /**
   * Goes on from what the memory holds.
   *
   * @param detector name of the detector
   */
  public DriftBook(DriftMemory memory, DriftWatchSettings settings, String detector) {
    this.memory = memory;
    this.settings = settings;
    DriftSettings asked = settings.watch();
    this.watchSettings =
        settings.groupField().isEmpty()
            ? asked
            : new DriftSettings(2 * asked.falseAlarmRecords(), asked.tolerance(), asked.span());
    this.groupField = settings.groupField().map(GroupField::new);
    this.telling = new DriftTelling(detector, asked);
    for (DriftMemory.Remembered each : memory.all()) {
      DriftTelling.Told told = header(each).told();
      if (told != null) {
        drifting++;
        if (each.group() == null) {
          remembered = told.finding();
        }
      }
    }
  }

  /** Watches in drift. */
  public int drifting() {
    return drifting;
  }

  /** The drift of all records, if there is one. */
  public Optional<DriftFinding> drift() {
    return all == null ? Optional.ofNullable(remembered) : all.watch.drift();
  }

  /**
   * Takes in a record with a score.
   *
   * @param current the model that it was scored with
   * @param record the record
   * @param keyHash any hash of its key
   * @param pValue its p-value, against the calibration of the model
   * @param time that the partition has come to, in milliseconds since 1970; not less than before
   * @param source gives where it is
   * @return what there is to tell
   */
  public List<DriftEvent> after(
      ActiveModel current,
      IndexedRecord record,
      int keyHash,
      double pValue,
      long time,
      Supplier<RecordPosition> source) {
    List<DriftEvent> told = current == model ? List.of() : use(current, time, source);
    told = add(told, all, keyHash, pValue, time, source);
    if (groupField.isPresent()) {
      String name = groupField.get().of(record);
      warnOfNoGroups(name, source);
      Subject group = name == null ? null : group(name);
      if (group != null) {
        told = add(told, group, keyHash, pValue, time, source);
      }
    }
    return told;
  }

  private void warnOfNoGroups(String name, Supplier<RecordPosition> source) {
    withoutGroup = name == null ? Math.min(withoutGroup + 1, MANY_WITHOUT_GROUP) : 0;
    if (withoutGroup == MANY_WITHOUT_GROUP && !saidWithoutGroup) {
      saidWithoutGroup = true;
      RecordPosition last = source.get();
      LOG.warn(
          "drift.group.field: {} is a text, an enum, a boolean or a whole number in none of {}"
              + " records up to {}-{}-{}; drift is watched over all of them together only",
          settings.groupField().orElseThrow(),
          String.format(Locale.ROOT, "%,d", MANY_WITHOUT_GROUP),
          last.getTopic(),
          last.getPartition(),
          last.getOffset());
    }
  }

  private List<DriftEvent> add(
      List<DriftEvent> before,
      Subject subject,
      int keyHash,
      double pValue,
      long time,
      Supplier<RecordPosition> source) {
    Optional<DriftNews> news = subject.watch.after(pValue, keyHash, time);
    List<DriftEvent> told = before;
    if (news.isPresent()) {
      told = new ArrayList<>(before);
      told.add(tell(subject, news.get(), source.get(), time));
    }
    if (subject.watch.hasEndedBlock()) {
      memory.rememberBlocks(subject.group, blocks(subject));
    }
    memory.rememberOpen(subject.group, open(subject));
    return told;
  }

  private DriftEvent tell(Subject subject, DriftNews news, RecordPosition source, long time) {
    if (news instanceof DriftNews.Raised raised) {
      subject.told = told(raised.finding(), subject.group, source);
      drifting++;
      return telling.raised(subject.told, subject.group, source, time);
    }
    long records = ((DriftNews.Over) news).records();
    DriftEvent over =
        telling.over(subject.told, subject.group, source, time, DriftEnd.RECOVERED, records);
    subject.told = null;
    drifting--;
    return over;
  }

  private DriftTelling.Told told(DriftFinding finding, String group, RecordPosition source) {
    String version = model.bundle().version();
    String id =
        source.getTopic()
            + "-"
            + source.getPartition()
            + "-"
            + source.getOffset()
            + "-"
            + version
            + (group == null ? "" : "/" + group);
    return new DriftTelling.Told(
        id,
        version,
        model.bundle().record().getCreatedAt().toEpochMilli(),
        model.budget(),
        finding);
  }

  /** The group of a name; null if it is one too many. */
  private Subject group(String name) {
    Subject known = groups.get(name);
    if (known != null) {
      return known;
    }
    if (groups.size() >= settings.groupLimit()) {
      if (!full) {
        full = true;
        LOG.warn(
            "Drift is watched for {} values of {} alone: {} and others that come later count with"
                + " all records only",
            settings.groupLimit(),
            settings.groupField().orElseThrow(),
            Printable.of(name));
      }
      return null;
    }
    Subject added = new Subject(name, new DriftWatch(reference, watchSettings));
    groups.put(name, added);
    memory.rememberBlocks(name, blocks(added));
    return added;
  }

  /** Begins under another model, or goes on where the memory is of the same. */
  private List<DriftEvent> use(ActiveModel current, long time, Supplier<RecordPosition> source) {
    List<DriftEvent> told = new ArrayList<>();
    model = current;
    reference =
        new DriftReference(
            current.bundle().calibration(), current.budget(), watchSettings.tolerance());
    all = null;
    groups.clear();
    full = false;
    for (DriftMemory.Remembered each : memory.all()) {
      Header header = header(each);
      if (isOfNow(header) && isWanted(each.group())) {
        adopt(restored(each, header.told()));
      } else {
        memory.forget(each.group());
        if (header.told() != null) {
          drifting--;
          DriftEnd end = isOfModel(header) ? DriftEnd.SETTINGS_CHANGED : DriftEnd.MODEL_REPLACED;
          told.add(telling.over(header.told(), each.group(), source.get(), time, end, 0));
        }
      }
    }
    if (all == null) {
      all = new Subject(null, new DriftWatch(reference, watchSettings));
      memory.rememberBlocks(null, blocks(all));
    }
    return told;
  }

  private boolean isWanted(String group) {
    return group == null || groupField.isPresent() && groups.size() < settings.groupLimit();
  }

  private void adopt(Subject subject) {
    if (subject.group == null) {
      all = subject;
    } else {
      groups.put(subject.group, subject);
    }
  }

  private boolean isOfNow(Header header) {
    // The values of another field would be taken for those of this one.
    return isOfModel(header)
        && header.settings().equals(watchSettings)
        && header.groupField().equals(groupFieldName());
  }

  private String groupFieldName() {
    return settings.groupField().orElse("");
  }

  private boolean isOfModel(Header header) {
    return header.modelVersion().equals(model.bundle().version())
        && header.budget() == model.budget();
  }

  private byte[] blocks(Subject subject) {
    try {
      bytes.reset();
      new Header(
              model.bundle().version(),
              model.budget(),
              watchSettings,
              groupFieldName(),
              subject.told)
          .write(bytes.out);
      subject.watch.writeBlocks(bytes.out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new SerializationException("what was seen of drift: " + e.getMessage(), e);
    }
  }

  private byte[] open(Subject subject) {
    try {
      bytes.reset();
      bytes.out.writeByte(VERSION);
      subject.watch.writeOpen(bytes.out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new SerializationException("what was seen of drift: " + e.getMessage(), e);
    }
  }

  private static Header header(DriftMemory.Remembered stored) {
    try {
      return Header.read(in(stored.blocks()));
    } catch (IOException e) {
      throw unreadable(stored, e);
    }
  }

  private Subject restored(DriftMemory.Remembered stored, DriftTelling.Told told) {
    Subject subject = new Subject(stored.group(), new DriftWatch(reference, watchSettings));
    subject.told = told;
    try {
      DataInputStream blocks = in(stored.blocks());
      Header.read(blocks);
      subject.watch.readBlocks(blocks);
      if (stored.open() != null) {
        DataInputStream open = in(stored.open());
        requireVersion(open);
        subject.watch.readOpen(open);
      }
    } catch (IOException e) {
      throw unreadable(stored, e);
    }
    return subject;
  }

  private static DataInputStream in(byte[] stored) {
    return new DataInputStream(new ByteArrayInputStream(stored));
  }

  private static void requireVersion(DataInputStream in) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("version " + version + ", expected " + VERSION);
    }
  }

  private static SerializationException unreadable(DriftMemory.Remembered stored, IOException e) {
    return new SerializationException(
        "what was seen of drift"
            + (stored.group() == null ? "" : " of " + stored.group())
            + ", "
            + stored.blocks().length
            + " bytes: "
            + e.getMessage(),
        e);
  }

  /** A hash of a record's key; of records without one each counts as of another. */
  public static int hash(byte[] key, long offset) {
    return key == null ? Long.hashCode(offset) : Arrays.hashCode(key);
  }
}
