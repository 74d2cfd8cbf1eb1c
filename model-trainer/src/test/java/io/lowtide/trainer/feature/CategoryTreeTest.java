package io.lowtide.trainer.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lowtide.density.feature.FeatureEncoder;
import io.lowtide.density.likelihood.DiscreteTerms;
import io.lowtide.schemas.CategoricalFeature;
import io.lowtide.schemas.FeatureSpecification;
import io.lowtide.trainer.data.Table;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Payments whose currency goes with the country, and whose channel goes with neither. */
class CategoryTreeTest {

  private static final double MISSING = Double.NaN;

  private final FeatureSpecification features = features(4_000);
  private final DiscreteTerms terms = new DiscreteTerms(new FeatureEncoder(features));

  private static FeatureSpecification features(int records) {
    Random random = new Random(3);
    double[][] rows = new double[records][];
    for (int i = 0; i < records; i++) {
      int country = random.nextInt(10) < 5 ? 0 : random.nextInt(2) + 1;
      int currency = random.nextInt(50) == 0 ? random.nextInt(2) : country == 0 ? 0 : 1;
      rows[i] =
          new double[] {
            random.nextGaussian(),
            random.nextInt(3),
            country,
            random.nextInt(40) == 0 ? MISSING : currency
          };
    }
    Table table =
        new Table(
            "payments",
            List.of("amount", "channel", "country", "currency"),
            rows,
            Map.of(
                "channel",
                List.of("web", "shop", "phone"),
                "country",
                List.of("CH", "DE", "FR"),
                "currency",
                List.of("CHF", "EUR")));
    return FeatureInference.infer(PlanInference.plan(table), table, Set.of("currency"), 0.2);
  }

  private CategoricalFeature feature(String name) {
    return features.getCategorical().stream()
        .filter(category -> category.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private double level(String feature, String value) {
    List<String> levels =
        feature(feature).getLevels().stream().map(level -> level.getValue()).toList();
    return levels.indexOf(value);
  }

  private double probability(double channel, double country, double currency) {
    return Math.exp(terms.of(new double[] {0, channel, country, currency}));
  }

  @Test
  void shouldFindWhatDependsOnWhat() {
    assertThat(feature("channel").getParent()).isNull();
    String ofCountry = feature("country").getParent();
    String ofCurrency = feature("currency").getParent();
    assertThat(List.of(String.valueOf(ofCountry), String.valueOf(ofCurrency)))
        .isIn(List.of("null", "country"), List.of("currency", "null"));
  }

  @Test
  void shouldSumToOneOverTheWholeDomain() {
    double sum = 0;
    for (double channel : new double[] {-1, 0, 1, 2}) {
      for (double country : new double[] {-1, 0, 1, 2}) {
        for (double currency : new double[] {-1, 0, 1, MISSING}) {
          sum += probability(channel, country, currency);
        }
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  @Test
  void shouldGiveWhatDoesNotGoTogetherASmallProbability() {
    double web = level("channel", "web");
    double swiss = level("country", "CH");
    double together = probability(web, swiss, level("currency", "CHF"));
    double apart = probability(web, swiss, level("currency", "EUR"));
    // Half of the payments are Swiss, one in three from the web; one in a hundred of them in euros.
    assertThat(together).isCloseTo(0.5 / 3, within(0.02));
    assertThat(apart).isCloseTo(0.5 / 3 * 0.01, within(0.0015));
    assertThat(probability(web, swiss, -1)).isPositive();
  }
}
