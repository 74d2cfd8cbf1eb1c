package io.lowtide.density.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.ode.ButcherTableau;
import io.lowtide.density.ode.GridMethod;
import io.lowtide.density.ode.SolverSettings;
import io.lowtide.density.ode.SolverSettings.AdamsGrid;
import io.lowtide.density.ode.SolverSettings.Adaptive;
import io.lowtide.density.ode.SolverSettings.RungeKuttaGrid;
import io.lowtide.schemas.Solver;
import io.lowtide.schemas.SolverCertificate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SolverMapperTest {

  private static final Adaptive TSITOURAS = new Adaptive(ButcherTableau.TSITOURAS, 1e-4, 1e-6, 700);

  private static Stream<Arguments> modes() {
    return Stream.of(
        Arguments.of(TSITOURAS, solver("tsit5", 1e-4, 1e-6, 700, 0, "runge-kutta", 0)),
        Arguments.of(
            SolverSettings.fixedGrid(ButcherTableau.RUNGE_KUTTA_4, 5),
            solver("rk4", 0, 0, 0, 5, "runge-kutta", 0)),
        Arguments.of(SolverSettings.adamsGrid(17), solver("dopri5", 0, 0, 0, 17, "adams", 0)),
        Arguments.of(
            TSITOURAS.onCheckedGrid(GridMethod.RUNGE_KUTTA, 3, 20),
            solver("tsit5", 1e-4, 1e-6, 700, 3, "runge-kutta", 20)),
        Arguments.of(
            TSITOURAS.onCheckedGrid(GridMethod.ADAMS, 14, 0.5),
            solver("tsit5", 1e-4, 1e-6, 700, 14, "adams", 0.5)));
  }

  private static Solver solver(
      String method,
      double relativeTolerance,
      double absoluteTolerance,
      int maximumEvaluations,
      int fixedSteps,
      String gridMethod,
      double gridErrorLimit) {
    return new Solver(
        method,
        relativeTolerance,
        absoluteTolerance,
        maximumEvaluations,
        fixedSteps,
        gridMethod,
        gridErrorLimit,
        null);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void shouldWriteEachModeAndReadItAgain(SolverSettings settings, Solver written) {
    assertThat(SolverMapper.toAvro(settings, null)).isEqualTo(written);
    assertThat(SolverMapper.fromAvro(written)).isEqualTo(settings);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void shouldKeepTheCertificate(SolverSettings settings) {
    SolverCertificate certificate = new SolverCertificate(9L, 1L, 1e-4, 1e-3, 1e-2, 17.5, 0.02);
    assertThat(SolverMapper.toAvro(settings, certificate).getCertificate()).isEqualTo(certificate);
  }

  @Test
  void shouldReadAnErrorLimitWithoutAGridAsAdaptive() {
    assertThat(SolverMapper.fromAvro(solver("tsit5", 1e-4, 1e-6, 700, 0, "adams", 30)))
        .isEqualTo(TSITOURAS);
  }

  @Test
  void shouldReadAGridWithoutACheckWhateverItsTolerances() {
    assertThat(SolverMapper.fromAvro(solver("euler", 2, -1, -5, 8, "runge-kutta", 0)))
        .isEqualTo(new RungeKuttaGrid(ButcherTableau.EULER, 8));
    assertThat(SolverMapper.fromAvro(solver("rk4", 1e-5, 1e-5, 1000, 8, "adams", 0)))
        .isEqualTo(new AdamsGrid(8));
  }

  private static Stream<Arguments> badValues() {
    return Stream.of(
        Arguments.of(
            solver("milne", 1e-5, 1e-5, 1000, 0, "adams", 0),
            "solver method: \"milne\", expected dopri5, tsit5, rk4 or euler"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 1000, 0, "milne", 0),
            "grid method: \"milne\", expected runge-kutta or adams"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 1000, -1, "adams", 0),
            "fixedSteps: -1, expected between 0 and 10000"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 1000, 10_001, "adams", 30),
            "fixedSteps: 10001, expected between 0 and 10000"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 1000, 0, "adams", Double.NaN),
            "gridErrorLimit: NaN, expected at least 0 and finite"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 1000, 12, "adams", -1),
            "gridErrorLimit: -1.0, expected at least 0 and finite"),
        Arguments.of(
            solver("dopri5", 1e-5, 0, 1000, 0, "adams", 0),
            "absoluteTolerance: 0.0, expected between 0 and 1"),
        Arguments.of(
            solver("dopri5", 1, 1e-5, 1000, 12, "adams", 30),
            "relativeTolerance: 1.0, expected between 0 and 1"),
        Arguments.of(
            solver("dopri5", 1e-5, 1e-5, 19, 12, "adams", 30),
            "maximumEvaluations: 19, expected at least 20"),
        Arguments.of(
            solver("rk4", 1e-5, 1e-5, 1000, 12, "adams", 30),
            "solver method: \"rk4\" estimates no error, expected a grid (fixedSteps above 0)"
                + " without a check"));
  }

  @ParameterizedTest
  @MethodSource("badValues")
  void shouldNameAValueThatIsOutOfRange(Solver solver, String message) {
    assertThatThrownBy(() -> SolverMapper.fromAvro(solver))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
