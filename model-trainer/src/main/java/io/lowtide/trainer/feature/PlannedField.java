package io.lowtide.trainer.feature;

import java.util.List;

/**
 * What a field is taken for, and why.
 *
 * @param name name of the field
 * @param roles what it is taken for
 * @param reason what its values are like, for a person
 */
public record PlannedField(String name, List<FieldRole> roles, String reason) {

  /** Copies the roles. */
  public PlannedField {
    roles = List.copyOf(roles);
  }
}
