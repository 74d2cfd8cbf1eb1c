package io.lowtide.trainer.data;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.xerial.snappy.Snappy;

/**
 * Decompresses the pages of Parquet files. Parquet's own way to do so takes Hadoop, whole; these
 * libraries are here anyway.
 */
final class ParquetCodecs implements CompressionCodecFactory {

  private final String name;

  /**
   * @param name of the file, for messages
   */
  ParquetCodecs(String name) {
    this.name = name;
  }

  @Override
  public BytesInputCompressor getCompressor(CompressionCodecName codec) {
    throw new UnsupportedOperationException("nothing is written");
  }

  @Override
  public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
    return switch (codec) {
      case UNCOMPRESSED -> new Decompressor((bytes, size) -> bytes);
      case SNAPPY -> new Decompressor((bytes, size) -> Snappy.uncompress(bytes));
      case ZSTD -> new Decompressor(Zstd::decompress);
      case GZIP -> new Decompressor(ParquetCodecs::gunzip);
      default ->
          throw new DataException(
              name
                  + ": compressed by "
                  + codec
                  + ", expected SNAPPY, GZIP, ZSTD or no compression");
    };
  }

  private static byte[] gunzip(byte[] bytes, int size) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readNBytes(size);
    }
  }

  @Override
  public void release() {
    // Nothing is held.
  }

  /** From compressed bytes to as many as the page says. */
  private interface Decompression {
    byte[] of(byte[] bytes, int size) throws IOException;
  }

  private record Decompressor(Decompression decompression) implements BytesInputDecompressor {

    @Override
    public BytesInput decompress(BytesInput compressed, int size) throws IOException {
      try (InputStream bytes = compressed.toInputStream()) {
        return BytesInput.from(whole(bytes.readAllBytes(), size));
      }
    }

    @Override
    public void decompress(ByteBuffer input, int compressedSize, ByteBuffer output, int size)
        throws IOException {
      byte[] bytes = new byte[compressedSize];
      input.get(bytes);
      output.put(whole(bytes, size));
    }

    private byte[] whole(byte[] bytes, int size) throws IOException {
      byte[] page = decompression.of(bytes, size);
      if (page.length != size) {
        throw new IOException("a page of " + page.length + " bytes, expected " + size);
      }
      return page;
    }

    @Override
    public void release() {
      // Nothing is held.
    }
  }
}
