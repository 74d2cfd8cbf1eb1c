package io.lowtide.stream.page;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.feature.RecordMisfitException;
import io.lowtide.density.feature.RecordReader;
import io.lowtide.schemas.ContinuousFeature;
import io.lowtide.stream.detection.ActiveModel;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.apache.avro.generic.IndexedRecord;

/**
 * What the numbers of the source records have been lately: of each scored field the middle 95 % of
 * the values in a sample. Few of them are anomalies, so these hardly move the ends. Belongs to one
 * thread.
 */
final class RecentValues {

  /** Records remembered. */
  private static final int KEPT = 1_000;

  /** Records from which on the ends are told. */
  private static final int LEAST = 40;

  private static final double TAIL = 0.025;

  private final Supplier<ActiveModel> inUse;
  private ActiveModel model;
  private RecordReader reader;
  private List<ContinuousFeature> fields = List.of();
  private double[] read = {};
  private double[][] values = {};
  private long count;

  /**
   * @param inUse gives the model in use, or null
   */
  RecentValues(Supplier<ActiveModel> inUse) {
    this.inUse = inUse;
  }

  /** Takes in a record of a source topic, unless it does not fit the model in use. */
  void add(IndexedRecord record) {
    useCurrentModel();
    if (model == null) {
      return;
    }
    try {
      reader.read(record, read);
    } catch (RecordMisfitException deadLetter) {
      return;
    }
    int place = (int) (count % KEPT);
    for (int i = 0; i < values.length; i++) {
      values[i][place] = read[i];
    }
    count++;
  }

  private void useCurrentModel() {
    ActiveModel current = inUse.get();
    if (current == model) {
      return;
    }
    model = current;
    count = 0;
    if (model != null) {
      FeatureEncoder encoder = model.bundle().encoder();
      reader = new RecordReader(encoder.inputs(), encoder.texts());
      fields = encoder.features();
      read = new double[encoder.inputs().size()];
      values = new double[fields.size()][KEPT];
    }
  }

  /** By field: the ends of the middle 95 %, and of how many values; fields without are left out. */
  ObjectNode toJson() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    int kept = (int) Math.min(KEPT, count);
    for (int i = 0; i < values.length; i++) {
      double[] sorted =
          Arrays.stream(values[i], 0, kept).filter(Double::isFinite).sorted().toArray();
      // What is scored as a change is not of the field's own values.
      if (sorted.length >= LEAST && fields.get(i).getDifference() == 0) {
        int cut = (int) Math.floor(TAIL * sorted.length);
        node.putObject(fields.get(i).getName())
            .put("low", sorted[cut])
            .put("high", sorted[sorted.length - 1 - cut])
            .put("count", sorted.length);
      }
    }
    return node;
  }
}
