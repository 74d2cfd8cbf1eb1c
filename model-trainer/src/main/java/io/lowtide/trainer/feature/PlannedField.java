package io.lowtide.trainer.feature;

import java.util.List;
import java.util.Optional;

/**
 * What a field is taken for, and why.
 *
 * @param name name of the field
 * @param roles what it is taken for
 * @param reason what its values are like, for a person
 * @param isColumn whether it is one that could be taken for something else
 */
public record PlannedField(String name, List<FieldRole> roles, String reason, boolean isColumn) {

  /** Copies the roles. */
  public PlannedField {
    roles = List.copyOf(roles);
  }

  /** Of a column. */
  public PlannedField(String name, List<FieldRole> roles, String reason) {
    this(name, roles, reason, true);
  }

  /** Whether nothing is made of it. */
  public boolean isLeftOut() {
    return roles.stream().allMatch(FieldRole.Ignored.class::isInstance);
  }

  /** What it is taken for, in the words of a feature file. */
  public String rolesText() {
    return String.join(", ", roles.stream().map(FieldRoleText::of).toList());
  }

  /** The same with a further reason, if there is one. */
  public PlannedField with(Optional<String> remark) {
    return remark
        .map(more -> new PlannedField(name, roles, reason + "; " + more, isColumn))
        .orElse(this);
  }
}
