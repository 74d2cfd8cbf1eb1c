package io.lowtide.kafka.model;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Key of a message on the models topic. That of a champion is the detector's name alone, which is
 * all that an application from before there were roles looks for; the others have a slash, which no
 * detector's name has, so that it passes them over, and compaction keeps them apart.
 *
 * @param detector name of the detector
 * @param role what the bundle is there for
 * @param version of an archived one; else empty
 */
public record ModelKey(String detector, ModelRole role, Optional<String> version) {

  private static final Pattern DETECTOR = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final String CHALLENGER_ENDING = "/challenger";
  private static final String ARCHIVE_INFIX = "/version/";

  /**
   * @throws IllegalArgumentException if the name is none that an application takes
   */
  public ModelKey {
    if (!DETECTOR.matcher(detector).matches()) {
      throw new IllegalArgumentException(
          "detector \"" + detector + "\", expected letters, digits, '.', '_' and '-'");
    }
  }

  /** Key of the model in use. */
  public static ModelKey champion(String detector) {
    return new ModelKey(detector, ModelRole.CHAMPION, Optional.empty());
  }

  /** Key of the model that waits to be promoted. */
  public static ModelKey challenger(String detector) {
    return new ModelKey(detector, ModelRole.CHALLENGER, Optional.empty());
  }

  /** Key of a version that is kept. */
  public static ModelKey archive(String detector, String version) {
    return new ModelKey(detector, ModelRole.ARCHIVE, Optional.of(version));
  }

  /** The bytes of the key. */
  public byte[] bytes() {
    String text =
        switch (role) {
          case CHAMPION -> detector;
          case CHALLENGER -> detector + CHALLENGER_ENDING;
          case ARCHIVE -> detector + ARCHIVE_INFIX + version.orElseThrow();
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The key of a message; empty where it is none of a model. */
  public static Optional<ModelKey> of(byte[] bytes) {
    if (bytes == null) {
      return Optional.empty();
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int archive = text.indexOf(ARCHIVE_INFIX);
    if (text.endsWith(CHALLENGER_ENDING)) {
      return known(text.substring(0, text.length() - CHALLENGER_ENDING.length()))
          .map(ModelKey::challenger);
    }
    return archive < 0
        ? known(text).map(ModelKey::champion)
        : known(text.substring(0, archive))
            .map(detector -> archive(detector, text.substring(archive + ARCHIVE_INFIX.length())));
  }

  private static Optional<String> known(String detector) {
    return Optional.of(detector).filter(name -> DETECTOR.matcher(name).matches());
  }
}
