package io.lowtide.density.bundle;

import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.schemas.DensityModel;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/** Bundles as Avro binary, the payload of a message on the models topic. */
public final class BundleCodec {

  private BundleCodec() {}

  /** Avro binary encoding of a bundle by the schema of {@link DensityModel}. */
  public static byte[] encode(ModelBundle bundle) {
    return BundleHash.encode(bundle.record());
  }

  /**
   * Decodes and checks a bundle.
   *
   * @param binary Avro binary
   * @param writerSchema schema that it was written with; the hash is checked under it
   * @throws BundleException if it is not a bundle, or fails a check
   */
  public static ModelBundle decode(byte[] binary, Schema writerSchema) throws BundleException {
    GenericRecord written =
        read(
            binary, new GenericDatumReader<>(writerSchema), "schema " + writerSchema.getFullName());
    BundleHash.require(written);
    return ModelBundle.ofHashed(
        rehashed(
            read(
                binary,
                new SpecificDatumReader<>(writerSchema, DensityModel.getClassSchema()),
                "DensityModel")));
  }

  /**
   * With the hash under the schema of today, which it is written by from here on: fields that an
   * older schema lacks are part of it.
   */
  private static DensityModel rehashed(DensityModel model) {
    String hash = BundleHash.of(model);
    return hash.equals(model.getSha256())
        ? model
        : DensityModel.newBuilder(model).setSha256(hash).build();
  }

  private static <T> T read(byte[] binary, DatumReader<T> reader, String what)
      throws BundleException {
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(binary, null);
    try {
      T record = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new BundleException(
            Reason.UNREADABLE, "bytes are left over after the record of " + what);
      }
      return record;
    } catch (IOException | RuntimeException e) {
      // Avro meets corrupt bytes with many kinds of exceptions.
      throw new BundleException(
          Reason.UNREADABLE, binary.length + " bytes are not a record of " + what + ": " + e, e);
    }
  }
}
