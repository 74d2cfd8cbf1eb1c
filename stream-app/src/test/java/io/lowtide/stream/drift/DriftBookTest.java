package io.lowtide.stream.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lowtide.density.drift.DriftSettings;
import io.lowtide.schemas.DriftChange;
import io.lowtide.schemas.DriftEnd;
import io.lowtide.schemas.DriftEvent;
import io.lowtide.schemas.RecordPosition;
import io.lowtide.stream.TestModels;
import io.lowtide.stream.config.DriftWatchSettings;
import io.lowtide.stream.detection.ActiveModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.errors.SerializationException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DriftBookTest {

  private static final Schema PLACE =
      SchemaBuilder.record("Place").fields().optionalString("site").endRecord();
  private static final Schema READING =
      SchemaBuilder.record("Reading").fields().name("place").type(PLACE).noDefault().endRecord();
  private static final DriftSettings WATCH = new DriftSettings(1e7, 0.02, Duration.ofMinutes(10));
  private static final DriftWatchSettings ALL_ONLY =
      new DriftWatchSettings(WATCH, Optional.empty(), 1);
  private static final DriftWatchSettings BY_SITE =
      new DriftWatchSettings(WATCH, Optional.of("place.site"), 3);

  private final Map<String, byte[]> blocks =
      new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
  private final Map<String, byte[]> open =
      new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
  private final ActiveModel model =
      new ActiveModel(TestModels.bundle(TestModels.DETECTOR, "v1", 1_999, 0.05), 0.05);
  private final Random random = new Random(3);
  private long offset;

  private final DriftMemory memory =
      new DriftMemory() {
        @Override
        public List<Remembered> all() {
          List<Remembered> all = new ArrayList<>();
          blocks.forEach((group, bytes) -> all.add(new Remembered(group, bytes, open.get(group))));
          return all;
        }

        @Override
        public void rememberBlocks(String group, byte[] bytes) {
          blocks.put(group, bytes);
        }

        @Override
        public void rememberOpen(String group, byte[] bytes) {
          open.put(group, bytes);
        }

        @Override
        public void forget(String group) {
          blocks.remove(group);
          open.remove(group);
        }
      };

  private DriftBook book(DriftWatchSettings settings) {
    return new DriftBook(memory, settings, TestModels.DETECTOR);
  }

  private List<DriftEvent> send(DriftBook book, String site, double pValue) {
    GenericRecord reading =
        new GenericRecordBuilder(READING)
            .set("place", new GenericRecordBuilder(PLACE).set("site", site).build())
            .build();
    offset++;
    long position = offset;
    return book.after(
        model,
        reading,
        Long.hashCode(position),
        pValue,
        1_000 * position,
        () -> new RecordPosition("readings", 4, position));
  }

  /** A p-value as of records that have become less probable. */
  private double low() {
    return Math.pow(random.nextDouble(), 2);
  }

  private List<DriftEvent> sendMany(DriftBook book, int records, String site, boolean drifted) {
    List<DriftEvent> events = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      events.addAll(send(book, site, drifted ? low() : random.nextDouble()));
    }
    return events;
  }

  @Test
  void shouldKnowOfADriftAfterARestartBeforeARecordComes() {
    DriftBook before = book(ALL_ONLY);
    sendMany(before, 8_000, "north", true);
    assertThat(before.drift()).isPresent();

    DriftBook after = book(ALL_ONLY);

    assertThat(after.drift()).isEqualTo(before.drift());
    assertThat(after.drifting()).isOne();
    assertThat(send(after, "north", 0.5)).isEmpty();
    assertThat(after.drift()).isEqualTo(before.drift());
  }

  @Test
  void shouldTellWhichGroupDrifts() {
    DriftBook book = book(BY_SITE);
    List<DriftEvent> events = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      events.addAll(send(book, "north", random.nextDouble()));
      events.addAll(send(book, null, random.nextDouble()));
      events.addAll(send(book, null, random.nextDouble()));
      events.addAll(send(book, null, random.nextDouble()));
      events.addAll(send(book, null, random.nextDouble()));
      events.addAll(send(book, null, random.nextDouble()));
      events.addAll(send(book, "south", i < 2_000 ? random.nextDouble() : low()));
    }
    assertThat(events)
        .extracting(DriftEvent::getGroup, DriftEvent::getChange)
        .contains(tuple("south", DriftChange.RAISED))
        .doesNotContain(tuple("north", DriftChange.RAISED));
    DriftEvent south = events.stream().filter(e -> e.getGroup() != null).findFirst().orElseThrow();
    assertThat(south.getId()).endsWith("-v1/south").startsWith("readings-4-");
    assertThat(south.getSummary()).contains("records of south are within the budget of 5.00 %");
    assertThat(south.getFalseAlarmRecords()).isEqualTo(1e7);
  }

  @Test
  void shouldWatchNoMoreGroupsThanTheLimit() {
    DriftBook book = book(BY_SITE);
    for (int site = 0; site < 10; site++) {
      sendMany(book, 20, "site-" + site, false);
    }
    assertThat(blocks.keySet()).containsExactly(null, "site-0", "site-1", "site-2");
    assertThat(open.keySet()).containsExactly(null, "site-0", "site-1", "site-2");
  }

  @Test
  void shouldWarnOnceOfAFieldOfGroupsThatNoRecordHas() {
    ListAppender<ILoggingEvent> written = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(DriftBook.class);
    logger.addAppender(written);
    written.start();
    try {
      DriftBook book = book(new DriftWatchSettings(WATCH, Optional.of("place.sight"), 3));
      sendMany(book, 999, "north", false);
      assertThat(written.list).isEmpty();
      sendMany(book, 2_000, "north", false);
      assertThat(written.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .singleElement(InstanceOfAssertFactories.STRING)
          .startsWith("drift.group.field: place.sight is a text, ")
          .contains("in none of 1,000 records up to readings-4-1000;");

      DriftBook sparse = book(BY_SITE);
      for (int i = 0; i < 3; i++) {
        sendMany(sparse, 999, null, false);
        sendMany(sparse, 1, "north", false);
      }
      assertThat(written.list).hasSize(1);
    } finally {
      logger.detachAppender(written);
    }
  }

  @Test
  void shouldTellTheSameWithRestarts() {
    List<DriftEvent> expected = new ArrayList<>();
    DriftBook undisturbed = book(BY_SITE);
    expected.addAll(sendMany(undisturbed, 2_000, "north", false));
    expected.addAll(sendMany(undisturbed, 8_000, "north", true));
    expected.addAll(sendMany(undisturbed, 40_000, "north", false));
    assertThat(expected)
        .extracting(DriftEvent::getChange)
        .contains(DriftChange.RAISED, DriftChange.OVER);
    blocks.clear();
    open.clear();
    random.setSeed(3);
    Random again = new Random(3);
    offset = 0;
    List<DriftEvent> events = new ArrayList<>();
    DriftBook book = book(BY_SITE);
    for (int i = 0; i < 50_000; i++) {
      if (i % 997 == 0) {
        int drifting = book.drifting();
        book = book(BY_SITE);
        assertThat(book.drifting()).isEqualTo(drifting);
      }
      double point = again.nextDouble();
      boolean drifted = i >= 2_000 && i < 10_000;
      events.addAll(send(book, "north", drifted ? Math.pow(point, 2) : point));
    }
    assertThat(events).isEqualTo(expected);
  }

  @Test
  void shouldBeginAnewUnderOtherSettingsAndSayThatDriftIsOver() {
    DriftBook book = book(ALL_ONLY);
    assertThat(sendMany(book, 6_000, "north", true)).hasSize(1);
    assertThat(book.drift()).isPresent();
    DriftSettings stricter = new DriftSettings(1e7, 0.01, Duration.ofMinutes(10));
    DriftBook changed = book(new DriftWatchSettings(stricter, Optional.empty(), 1));
    assertThat(changed.drifting()).isEqualTo(1);
    assertThat(sendMany(changed, 1, "north", true))
        .singleElement()
        .returns(DriftChange.OVER, DriftEvent::getChange)
        .returns(DriftEnd.SETTINGS_CHANGED, DriftEvent::getEndedBy);
    assertThat(changed.drifting()).isZero();
    assertThat(changed.drift()).isEmpty();
  }

  /** A site of the name of a product is none, and would never be heard of again. */
  @Test
  void shouldBeginAnewByAnotherFieldOfGroups() {
    sendMany(book(BY_SITE), 300, "north", false);
    assertThat(blocks).containsKey("north");
    DriftBook byCity = book(new DriftWatchSettings(WATCH, Optional.of("place.city"), 3));
    sendMany(byCity, 1, "north", false);
    assertThat(blocks.keySet()).containsExactly((String) null);
  }

  @Test
  void shouldTakeTheLargestAllowanceWithGroups() {
    DriftSettings largest = new DriftSettings(1e15, 0.02, Duration.ofMinutes(10));
    DriftBook book = book(new DriftWatchSettings(largest, Optional.of("place.site"), 3));
    assertThat(sendMany(book, 300, "north", false)).isEmpty();
  }

  @Test
  void shouldRefuseAMemoryOfAnotherVersion() {
    sendMany(book(ALL_ONLY), 300, "north", false);
    blocks.get(null)[0] = 9;
    assertThatThrownBy(() -> book(ALL_ONLY))
        .isInstanceOf(SerializationException.class)
        .hasMessageMatching("what was seen of drift, \\d+ bytes: version 9, expected 1");
  }
}
