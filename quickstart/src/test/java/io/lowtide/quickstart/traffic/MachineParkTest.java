package io.lowtide.quickstart.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.trainer.data.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

class MachineParkTest {

  private final MachinePark park = new MachinePark(5_000, 20_000, 3);

  @Test
  void shouldRepeatItselfForTheSameSeed() {
    assertThat(records(new MachinePark(5_000, 20_000, 3))).isEqualTo(records(park));
    assertThat(park.trainingTable().sha256())
        .isEqualTo(new MachinePark(5_000, 20_000, 3).trainingTable().sha256())
        .isNotEqualTo(new MachinePark(5_000, 20_000, 4).trainingTable().sha256());
  }

  @Test
  void shouldStreamEveryKindOfAnomalyInSmallNumbers() {
    Map<String, Long> counts =
        records(park).stream()
            .collect(Collectors.groupingBy(LabelledRecord::kind, Collectors.counting()));
    assertThat(counts).hasSize(AnomalyKind.values().length + 1);
    assertThat(counts.get(LabelledRecord.NORMAL)).isBetween(19_700L, 19_900L);
    for (AnomalyKind kind : AnomalyKind.values()) {
      assertThat(counts.get(kind.label)).isBetween(15L, 80L);
    }
  }

  @Test
  void shouldKeepEveryFieldOfAJointAnomalyInItsNormalRange() {
    Table normal = park.trainingTable();
    List<String> joint =
        List.of(AnomalyKind.values()).stream()
            .filter(kind -> kind.joint)
            .map(kind -> kind.label)
            .toList();
    List<GenericRecord> anomalies =
        records(park).stream()
            .filter(record -> joint.contains(record.kind()))
            .map(LabelledRecord::value)
            .toList();
    assertThat(anomalies).hasSizeGreaterThan(100);
    for (int column = 0; column < normal.columns().size(); column++) {
      double[] values = normal.column(column);
      java.util.Arrays.sort(values);
      for (GenericRecord anomaly : anomalies) {
        assertThat((double) anomaly.get(normal.columns().get(column)))
            .isBetween(values[0], values[values.length - 1]);
      }
    }
  }

  private static List<LabelledRecord> records(MachinePark park) {
    List<LabelledRecord> records = new ArrayList<>();
    for (Iterator<LabelledRecord> stream = park.stream(); stream.hasNext(); ) {
      records.add(stream.next());
    }
    return records;
  }

  @Test
  void shouldNameTheFieldsThatAFaultChanged() {
    Map<String, Set<List<String>>> changed = new TreeMap<>();
    new MachinePark(2_000, 20_000, 3)
        .stream()
            .forEachRemaining(
                record ->
                    changed
                        .computeIfAbsent(record.kind(), kind -> new HashSet<>())
                        .add(record.changed()));

    assertThat(changed.get(LabelledRecord.NORMAL)).containsExactly(List.of());
    assertThat(changed.get(AnomalyKind.BLOCKED_COOLING.label))
        .containsExactly(List.of("windingTemperature"));
    assertThat(changed.get(AnomalyKind.SLIPPING_DRIVE.label))
        .containsExactly(List.of("power", "current"));
    assertThat(changed.get(AnomalyKind.WORN_BEARING.label))
        .containsExactly(List.of("bearingTemperature", "vibration"));
    assertThat(changed.get(AnomalyKind.SPIKE.label)).allMatch(fields -> fields.size() == 1);
    assertThat(changed.get(AnomalyKind.CROSSED_SIGNALS.label))
        .allMatch(fields -> fields.size() == 4);
  }
}
