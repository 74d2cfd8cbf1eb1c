package io.lowtide.density.bundle;

import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.schemas.Solver;
import io.lowtide.schemas.SolverCertificate;

/** Maps how scores are integrated to and from its place in a bundle. */
final class SolverMapper {

  private SolverMapper() {}

  /**
   * @param certificate what the solver was measured to do; null if it was not
   */
  static Solver toAvro(SolverSettings settings, SolverCertificate certificate) {
    return new Solver(
        settings.method().label(),
        settings.relativeTolerance(),
        settings.absoluteTolerance(),
        settings.maximumEvaluations(),
        settings.fixedSteps(),
        settings.gridMethod().label(),
        settings.gridErrorLimit(),
        certificate);
  }

  /**
   * @throws IllegalArgumentException if a value is out of range
   */
  static SolverSettings fromAvro(Solver solver) {
    return new SolverSettings(
        ButcherTableau.of(solver.getMethod()),
        solver.getRelativeTolerance(),
        solver.getAbsoluteTolerance(),
        solver.getMaximumEvaluations(),
        solver.getFixedSteps(),
        GridMethod.of(solver.getGridMethod()),
        solver.getGridErrorLimit());
  }
}
