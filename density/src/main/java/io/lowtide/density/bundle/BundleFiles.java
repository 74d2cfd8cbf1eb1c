package io.lowtide.density.bundle;

import io.lowtide.density.bundle.BundleException.Reason;
import io.lowtide.schemas.DensityModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.file.SeekableByteArrayInput;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.specific.SpecificDatumWriter;

/** Bundles as files: Avro object containers with one record. */
public final class BundleFiles {

  private BundleFiles() {}

  /**
   * Reads and checks a bundle.
   *
   * @throws BundleException if the file is not a bundle, or fails a check
   * @throws IOException if the file cannot be read
   */
  public static ModelBundle read(Path file) throws BundleException, IOException {
    byte[] content = Files.readAllBytes(file);
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new SeekableByteArrayInput(content), new GenericDatumReader<>())) {
      if (!reader.hasNext()) {
        throw new BundleException(Reason.UNREADABLE, file + ": no record, expected one");
      }
      GenericRecord written = reader.next();
      if (reader.hasNext()) {
        throw new BundleException(Reason.UNREADABLE, file + ": several records, expected one");
      }
      return BundleCodec.decode(BundleHash.encode(written), reader.getSchema());
    } catch (IOException | RuntimeException e) {
      // Avro meets corrupt bytes with many kinds of exceptions.
      throw new BundleException(
          Reason.UNREADABLE, file + ": not an intact Avro object container: " + e, e);
    }
  }

  /**
   * Writes a bundle; an existing file is replaced at once, never left half written.
   *
   * @throws IOException if the file cannot be written
   */
  public static void write(Path file, ModelBundle bundle) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path unfinished = Files.createTempFile(directory, file.getFileName().toString(), ".unfinished");
    try {
      try (DataFileWriter<DensityModel> writer =
          new DataFileWriter<>(new SpecificDatumWriter<>(DensityModel.class))) {
        writer.create(DensityModel.getClassSchema(), unfinished.toFile());
        writer.append(bundle.record());
      }
      Files.move(
          unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
