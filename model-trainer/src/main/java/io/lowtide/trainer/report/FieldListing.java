package io.lowtide.trainer.report;

import io.lowtide.trainer.feature.PlannedField;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Every column with what it is taken for and why, for the screen. */
public final class FieldListing {

  private static final int WIDEST_NAME = 30;
  private static final int WIDEST_ROLE = 24;
  private static final String LEFT_OUT = "left out";

  private FieldListing() {}

  /** The fields, those that are left out first. */
  public static List<PlannedField> leftOutFirst(List<PlannedField> fields) {
    return Stream.concat(
            fields.stream().filter(PlannedField::isLeftOut),
            fields.stream().filter(field -> !field.isLeftOut()))
        .toList();
  }

  /** A line for each field. */
  public static String text(List<PlannedField> fields) {
    int name = width(fields.stream().map(PlannedField::name).toList(), WIDEST_NAME);
    int role = width(fields.stream().map(FieldListing::role).toList(), WIDEST_ROLE);
    StringBuilder text = new StringBuilder();
    for (PlannedField field : leftOutFirst(fields)) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-" + name + "s  %-" + role + "s  %s%n",
              field.name(),
              role(field),
              field.reason()));
    }
    return text.toString();
  }

  private static String role(PlannedField field) {
    return field.isLeftOut() ? LEFT_OUT : field.rolesText();
  }

  private static int width(List<String> texts, int most) {
    return Math.min(most, Math.max(1, texts.stream().mapToInt(String::length).max().orElse(1)));
  }
}
