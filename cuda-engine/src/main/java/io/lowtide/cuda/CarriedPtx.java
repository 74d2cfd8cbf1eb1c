package io.lowtide.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * PTX that comes with the engine, for the shapes that are trained most: the driver compiles it for
 * the card. {@code cuda-engine/make-ptx} makes it.
 */
final class CarriedPtx implements KernelCompiler {

  @Override
  public String description() {
    return "PTX of this release";
  }

  @Override
  public boolean serves(KernelShape shape) {
    return CarriedPtx.class.getResource(resource(shape)) != null;
  }

  private static String resource(KernelShape shape) {
    return "ptx/" + shape.withProducts().name() + ".ptx.gz";
  }

  @Override
  public Optional<byte[]> compile(KernelShape shape) {
    String resource = resource(shape);
    try (InputStream in = CarriedPtx.class.getResourceAsStream(resource)) {
      if (in == null) {
        return Optional.empty();
      }
      try (GZIPInputStream unpacked = new GZIPInputStream(in)) {
        return Optional.of(unpacked.readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
