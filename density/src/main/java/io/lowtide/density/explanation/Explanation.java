package io.lowtide.density.explanation;

import io.lowtide.schemas.ExplanationKind;
import io.lowtide.schemas.FieldContribution;
import io.lowtide.schemas.UnusualPattern;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Why a record is improbable.
 *
 * @param kind how thorough it is
 * @param pattern how many fields it takes to make the record normal; empty in a brief explanation
 * @param normalLogLikelihood of the nearest normal record, in nats: the record's own is the sum of
 *     this and of the contributions
 * @param rangeCoverage share of normal records within the expected range of a field, where it was
 *     measured and there are ranges
 * @param contributions of the fields, the most negative first
 */
public record Explanation(
    ExplanationKind kind,
    Optional<UnusualPattern> pattern,
    double normalLogLikelihood,
    OptionalDouble rangeCoverage,
    List<FieldContribution> contributions) {

  /** Copies the contributions. */
  public Explanation {
    contributions = List.copyOf(contributions);
  }
}
