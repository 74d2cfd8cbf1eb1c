package io.lowtide.stream.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lowtide.stream.health.Health;
import io.lowtide.stream.health.Readiness;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every route of the application. */
public final class Routes {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private Routes() {}

  /** {@code /metrics} for Prometheus, {@code /health/live} and {@code /health/ready} in JSON. */
  public static List<Route> of(Health health, PrometheusMeterRegistry metrics) {
    return List.of(
        new Route("/metrics", () -> new Answer(200, PROMETHEUS, metrics.scrape(PROMETHEUS))),
        new Route("/health/live", () -> live(health)),
        new Route("/health/ready", () -> ready(health)));
  }

  private static Answer live(Health health) {
    boolean live = health.isLive();
    return json(live, Map.of("live", live));
  }

  private static Answer ready(Health health) {
    Readiness readiness = health.readiness();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("ready", readiness.ready());
    body.put("reason", readiness.reason());
    return json(readiness.ready(), body);
  }

  private static Answer json(boolean well, Map<String, ?> body) {
    try {
      return new Answer(well ? 200 : 503, "application/json", JSON.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
