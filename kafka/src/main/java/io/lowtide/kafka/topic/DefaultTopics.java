package io.lowtide.kafka.topic;

/** Topics unless others are named. */
public final class DefaultTopics {

  /** Alerts. */
  public static final String ALERTS = "lowtide.alerts";

  /** Episodes of alerts. */
  public static final String EPISODES = "lowtide.episodes";

  /** What is told of drift. */
  public static final String DRIFT = "lowtide.drift";

  /** What people say of alerts and episodes. */
  public static final String FEEDBACK = "lowtide.feedback";

  /** Model bundles. */
  public static final String MODELS = "lowtide.models";

  /** Records that cannot be scored. */
  public static final String DEAD_LETTERS = "lowtide.dead-letters";

  /** Training runs and what was decided on their models. */
  public static final String TRAINING_RUNS = "lowtide.training-runs";

  private DefaultTopics() {}
}
