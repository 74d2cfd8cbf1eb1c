package io.lowtide.kafka.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * The false-alarm budget as people state it: as a share of normal records, or as alerts and records
 * in an hour, whose ratio it then is.
 *
 * @param share name of the setting that states it as a share
 */
public record BudgetSettings(String share) {

  /** Alerts that an hour of normal records may raise. */
  public static final String ALERTS_PER_HOUR = "alerts.per.hour";

  /** Records in an hour. */
  public static final String RECORDS_PER_HOUR = "records.per.hour";

  /** Adds the two settings that state it as a rate. */
  public ConfigDef defineRate(ConfigDef definition) {
    return definition
        .define(
            ALERTS_PER_HOUR,
            Type.DOUBLE,
            null,
            Validators.positive(),
            Importance.MEDIUM,
            "Another way to state the budget: how many alerts an hour of normal records may"
                + " raise. With records.per.hour it gives the budget, their ratio. Empty: not"
                + " used.")
        .define(
            RECORDS_PER_HOUR,
            Type.DOUBLE,
            null,
            Validators.positive(),
            Importance.MEDIUM,
            "Records that the source topics carry in an hour, for alerts.per.hour.");
  }

  /** What contradicts itself in how the budget is stated, a line for each. */
  public List<String> contradictions(Settings settings) {
    List<String> problems = new ArrayList<>();
    AbstractConfig values = settings.values();
    Double alerts = values.getDouble(ALERTS_PER_HOUR);
    Double records = values.getDouble(RECORDS_PER_HOUR);
    if (settings.isWritten(share) && alerts != null) {
      problems.add(
          ALERTS_PER_HOUR
              + ": "
              + alerts
              + " beside "
              + share
              + " "
              + values.getDouble(share)
              + "; expected one of the two");
    }
    if ((alerts == null) != (records == null)) {
      problems.add(
          ALERTS_PER_HOUR
              + ": "
              + alerts
              + " with "
              + RECORDS_PER_HOUR
              + " "
              + records
              + "; expected both or none");
    } else if (alerts != null && alerts >= records) {
      problems.add(
          ALERTS_PER_HOUR
              + ": "
              + alerts
              + ", expected less than "
              + RECORDS_PER_HOUR
              + ", which is "
              + records);
    }
    return problems;
  }

  /** The budget, a probability; empty where none is stated and there is no default. */
  public OptionalDouble of(Settings settings) {
    Double alerts = settings.values().getDouble(ALERTS_PER_HOUR);
    if (alerts != null) {
      return OptionalDouble.of(alerts / settings.values().getDouble(RECORDS_PER_HOUR));
    }
    Double budget = settings.values().getDouble(share);
    return budget == null ? OptionalDouble.empty() : OptionalDouble.of(budget);
  }
}
