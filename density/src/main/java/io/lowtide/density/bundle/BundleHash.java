package io.lowtide.density.bundle;

import io.lowtide.schemas.GeneratedClasses;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;

/** SHA-256 over a bundle's Avro binary encoding with its hash field empty. */
final class BundleHash {

  private static final String HASH_FIELD = "sha256";
  private static final SpecificData DATA = dataWithInstants();

  private BundleHash() {}

  /** Lower-case hex. */
  static String of(IndexedRecord model) {
    Schema schema = model.getSchema();
    GenericRecord blank = new GenericData.Record(schema);
    for (Schema.Field field : schema.getFields()) {
      blank.put(field.pos(), field.name().equals(HASH_FIELD) ? "" : model.get(field.pos()));
    }
    return HexFormat.of().formatHex(sha256().digest(encode(blank)));
  }

  static void require(IndexedRecord model) throws BundleException {
    Schema.Field field = model.getSchema().getField(HASH_FIELD);
    if (field == null) {
      throw new BundleException(
          BundleException.Reason.UNREADABLE,
          "schema " + model.getSchema().getFullName() + " has no field " + HASH_FIELD);
    }
    String stored = String.valueOf(model.get(field.pos()));
    String actual = of(model);
    if (!stored.equals(actual)) {
      throw new BundleException(
          BundleException.Reason.HASH_MISMATCH,
          "content has SHA-256 " + actual + ", expected " + stored);
    }
  }

  /** Avro binary encoding by the record's own schema. */
  static byte[] encode(IndexedRecord model) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    try {
      new GenericDatumWriter<IndexedRecord>(model.getSchema(), DATA).write(model, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Generated classes hold a timestamp as an Instant, generic records as a long: write both. */
  private static SpecificData dataWithInstants() {
    GeneratedClasses.trust();
    SpecificData data = new SpecificData();
    data.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
    return data;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
