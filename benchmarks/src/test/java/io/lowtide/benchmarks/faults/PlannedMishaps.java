package io.lowtide.benchmarks.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Mishaps of requests of certain kinds, once they are let loose: of the next one alone, or of all
 * within some time. Used by many threads.
 */
final class PlannedMishaps implements Function<RequestHeader, Mishap> {

  private final List<Rule> rules;
  private final List<Rule> left = new ArrayList<>();
  private long since;
  private int happened;

  /**
   * What happens to requests.
   *
   * @param requests their kinds
   * @param client a part of the names of the clients that send them
   * @param mishap what happens; a hold of {@link #TO_THE_END} lasts as long as the rule
   * @param lasting from when they are let loose; zero for the next request alone
   */
  record Rule(Set<ApiKeys> requests, String client, Mishap mishap, Duration lasting) {

    /** As long as the rule lasts. */
    static final Duration TO_THE_END = Duration.ofDays(1);

    private static final String PRODUCER = "-producer";

    /** The next request of the kind that a producer of the application sends. */
    static Rule next(ApiKeys request, Mishap mishap) {
      return new Rule(Set.of(request), PRODUCER, mishap, Duration.ZERO);
    }

    /** All of the kind that producers of the application send within a time. */
    static Rule all(ApiKeys request, Mishap mishap, Duration lasting) {
      return new Rule(Set.of(request), PRODUCER, mishap, lasting);
    }

    private boolean isOf(RequestHeader request) {
      return requests.contains(request.apiKey()) && request.clientId().contains(client);
    }

    private boolean isOver(Duration elapsed) {
      return !lasting.isZero() && elapsed.compareTo(lasting) >= 0;
    }

    private Mishap mishap(Duration elapsed) {
      Duration rest = lasting.minus(elapsed);
      return new Mishap(
          bounded(mishap.requestHeld(), rest), bounded(mishap.answerHeld(), rest), mishap.end());
    }

    private static Duration bounded(Duration hold, Duration rest) {
      return hold.equals(TO_THE_END) ? rest : hold;
    }
  }

  PlannedMishaps(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** From now on they happen, once more if they have happened before. */
  synchronized void letLoose() {
    left.clear();
    left.addAll(rules);
    since = System.nanoTime();
  }

  /** How many have happened. */
  synchronized int happened() {
    return happened;
  }

  @Override
  public synchronized Mishap apply(RequestHeader request) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - since);
    left.removeIf(rule -> rule.isOver(elapsed));
    for (Rule rule : left) {
      if (rule.isOf(request)) {
        happened++;
        if (rule.lasting().isZero()) {
          left.remove(rule);
        }
        return rule.mishap(elapsed);
      }
    }
    return Mishap.NONE;
  }
}
