package io.lowtide.trainer.feature;

import io.lowtide.kafka.settings.NearestName;
import io.lowtide.trainer.data.Causes;
import io.lowtide.trainer.data.DataException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/** A feature plan as a properties file that a person edits: a line for each field. */
public final class FeaturePlanFile {

  private static final String HEADER =
      """
      # What each field of a record is taken for; edit, then train with --features.
      #
      #   continuous [identity|log|asinh] [resolution R] [smoothing S]   a number, scored
      #   continuous difference                                          its change since the record before
      #                                                                  under the same key, scored
      #   categorical                                                    a category, scored
      #   context number, context category                               records are judged under it
      #   cycle hour|day|week|SECONDS [ZONE]                             a time, likewise, by the clock of a
      #                                                                  zone such as Europe/Berlin; else UTC
      #   cycle ... day-first, cycle ... month-first                     what 03/04/2026 is
      #   lag N                                                          its number N records before
      #                                                                  under the same key, likewise
      #   ignore                                                         nothing; so is what is not here
      #
      # A field may have several, separated by commas: value = continuous, lag 1, lag 2
      """;

  private FeaturePlanFile() {}

  /** The file's text. */
  public static String text(List<PlannedField> fields) {
    StringBuilder text = new StringBuilder(HEADER);
    for (PlannedField field : fields) {
      text.append("\n# ")
          .append(field.isColumn() ? "" : field.name().replaceAll("\\R", " ") + ": left out, ")
          .append(field.reason().replaceAll("\\R", " "))
          .append('\n');
      if (field.isColumn()) {
        text.append(escaped(field.name())).append(" = ").append(field.rolesText()).append('\n');
      }
    }
    return text.toString();
  }

  private static String escaped(String name) {
    return name.replaceAll("([\\\\ :=#!])", "\\\\$1")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\f", "\\f");
  }

  /** Of two lines for one field {@link Properties} would keep the last. */
  private static final class Lines extends Properties {

    private static final long serialVersionUID = 1L;

    private final transient Path file;

    Lines(Path file) {
      this.file = file;
    }

    @Override
    public synchronized Object put(Object name, Object roles) {
      if (containsKey(name)) {
        throw new DataException(
            file + ": field \"" + name + "\" twice, expected one line with all of its roles");
      }
      return super.put(name, roles);
    }
  }

  /**
   * Reads a plan.
   *
   * @param file the file
   * @param available fields of the data, in their order
   * @throws DataException if the file names a field that the data do not have, or a role that there
   *     is not
   * @throws IOException if the file cannot be read
   */
  public static FeaturePlan read(Path file, List<String> available) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + ": no such file");
    }
    Properties properties = new Lines(file);
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (CharacterCodingException e) {
      throw new DataException(file + ": not in UTF-8, expected that encoding", e);
    } catch (IllegalArgumentException e) {
      throw new DataException(file + ": not a properties file: " + Causes.text(e), e);
    }
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      if (!available.contains(name)) {
        throw new DataException(
            file
                + ": field \""
                + name
                + "\" is not in the data; did you mean \""
                + NearestName.of(name, available)
                + "\"?");
      }
    }
    Map<String, List<FieldRole>> roles = new LinkedHashMap<>();
    for (String name : available) {
      String text = properties.getProperty(name);
      if (text != null) {
        roles.put(name, FieldRoleText.parse(name, text));
      }
    }
    return new FeaturePlan(roles);
  }
}
