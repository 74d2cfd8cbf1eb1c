package io.lowtide.stream.shadow;

import io.lowtide.stream.shadow.LiveComparison.Findings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/**
 * What is found of the shadow, as gauges: the comparison under way decides, so that they begin anew
 * with another model. Not numbers while there is none.
 */
public final class ShadowMeters {

  private final MeterRegistry registry;
  private final ShadowSlot slot;

  private ShadowMeters(MeterRegistry registry, ShadowSlot slot) {
    this.registry = registry;
    this.slot = slot;
  }

  /** Registers the gauges. */
  public static void register(MeterRegistry registry, ShadowSlot slot) {
    ShadowMeters meters = new ShadowMeters(registry, slot);
    Gauge.builder("lowtide.shadow", slot, there -> there.current() == null ? 0 : 1)
        .description("1 while a challenger scores in the shadow of the model in use.")
        .strongReference(true)
        .register(registry);
    String records = "Records on which the shadow was compared, by what came of it.";
    meters.gauge("lowtide.shadow.records", records, "outcome", "compared", Findings::compared);
    meters.gauge("lowtide.shadow.records", records, "outcome", "unscorable", Findings::unscorable);
    meters.gauge("lowtide.shadow.records", records, "outcome", "skipped", Findings::skipped);
    meters.gauge("lowtide.shadow.records", records, "outcome", "failed", Findings::failed);
    String gain = "Mean log-likelihood of the shadow less that of the champion, in nats.";
    meters.gauge("lowtide.shadow.gain", gain, "figure", "mean", Findings::gain);
    meters.gauge("lowtide.shadow.gain", gain, "figure", "error", Findings::gainError);
    String flagged = "Share of the compared records that each flags at its budget.";
    meters.gauge(
        "lowtide.shadow.flagged.share", flagged, "by", "champion", Findings::flaggedByChampion);
    meters.gauge(
        "lowtide.shadow.flagged.share", flagged, "by", "shadow", Findings::flaggedByShadow);
    meters.gauge("lowtide.shadow.flagged.share", flagged, "by", "both", Findings::flaggedByBoth);
    String evaluations = "Mean number of evaluations of the vector field per score.";
    meters.gauge(
        "lowtide.shadow.evaluations", evaluations, "by", "champion", Findings::championEvaluations);
    meters.gauge(
        "lowtide.shadow.evaluations", evaluations, "by", "shadow", Findings::shadowEvaluations);
    Gauge.builder("lowtide.shadow.seconds", () -> meters.of(Findings::seconds))
        .description("Time of the stream threads that the shadow has taken.")
        .strongReference(true)
        .register(registry);
  }

  private void gauge(
      String name,
      String description,
      String tag,
      String value,
      ToDoubleFunction<Findings> figure) {
    Gauge.builder(name, () -> of(figure))
        .description(description)
        .tag(tag, value)
        .strongReference(true)
        .register(registry);
  }

  private double of(ToDoubleFunction<Findings> figure) {
    return slot.comparison()
        .map(LiveComparison::findings)
        .map(figure::applyAsDouble)
        .orElse(Double.NaN);
  }
}
