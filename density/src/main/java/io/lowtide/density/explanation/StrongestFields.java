package io.lowtide.density.explanation;

import io.lowtide.schemas.FieldContribution;
import java.util.ArrayList;
import java.util.List;

/** The fields that make most of what is unusual about a record. */
public final class StrongestFields {

  private static final double SHARE = 0.8;
  private static final int MOST = 16;

  private StrongestFields() {}

  /**
   * The fewest fields that make up 80 % of what makes the record improbable, 16 at most.
   *
   * @param contributions strongest (most negative) first
   * @return names, strongest first; none if no field makes it improbable
   */
  public static List<String> of(List<FieldContribution> contributions) {
    double total = 0;
    for (FieldContribution field : contributions) {
      total += Math.min(0, field.getContribution());
    }
    List<String> strongest = new ArrayList<>();
    double sum = 0;
    for (FieldContribution field : contributions) {
      if (field.getContribution() >= 0 || sum <= SHARE * total || strongest.size() == MOST) {
        break;
      }
      sum += field.getContribution();
      strongest.add(field.getField());
    }
    return strongest;
  }
}
