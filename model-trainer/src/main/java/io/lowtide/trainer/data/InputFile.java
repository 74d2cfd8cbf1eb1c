package io.lowtide.trainer.data;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file to read, compressed or not.
 *
 * @param path where it is
 * @param name what to call it
 */
record InputFile(Path path, String name) {

  private static final int BUFFER = 1 << 16;
  private static final int GZIP = 0x1f8b;
  private static final int ZSTANDARD = 0x28b52ffd;

  /**
   * Opens it; what was compressed by gzip or Zstandard, as its first bytes say, is decompressed.
   *
   * @throws IOException if it cannot be read
   */
  InputStream open() throws IOException {
    InputStream bytes = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      bytes.mark(Integer.BYTES);
      int magic = 0;
      for (byte next : bytes.readNBytes(Integer.BYTES)) {
        magic = magic << Byte.SIZE | Byte.toUnsignedInt(next);
      }
      bytes.reset();
      if (magic >>> Short.SIZE == GZIP) {
        return new BufferedInputStream(new GZIPInputStream(bytes, BUFFER), BUFFER);
      }
      return magic == ZSTANDARD
          ? new BufferedInputStream(new ZstdInputStream(bytes), BUFFER)
          : bytes;
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }
}
