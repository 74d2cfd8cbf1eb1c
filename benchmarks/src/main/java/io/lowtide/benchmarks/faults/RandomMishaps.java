package io.lowtide.benchmarks.faults;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Mishaps by chance, of every kind with equal probability, while they are wanted. Requests that are
 * rare beside others, such as commits beside fetches, have them as often: one is drawn for each
 * kind of request apart. Used by many threads.
 */
final class RandomMishaps implements Function<RequestHeader, Mishap> {

  private final Random random;
  private final int onceIn;
  private final int longestMillis;
  private final Map<ApiKeys, Integer> untilNext = new EnumMap<>(ApiKeys.class);
  private final Map<ApiKeys, Integer> counts = new EnumMap<>(ApiKeys.class);
  private boolean wanted;

  /**
   * @param seed of the choices; which requests they meet depends on the threads
   * @param onceIn the number of requests of a kind of which one has a mishap, on average
   * @param longest that a request or an answer is held back
   */
  RandomMishaps(long seed, int onceIn, Duration longest) {
    this.random = new Random(seed);
    this.onceIn = onceIn;
    this.longestMillis = Math.toIntExact(longest.toMillis());
  }

  synchronized void begin() {
    wanted = true;
  }

  synchronized void end() {
    wanted = false;
  }

  /** Mishaps so far, by the kind of request. */
  synchronized Map<ApiKeys, Integer> counts() {
    return new EnumMap<>(counts);
  }

  @Override
  public synchronized Mishap apply(RequestHeader request) {
    if (!wanted) {
      return Mishap.NONE;
    }
    int left = untilNext.computeIfAbsent(request.apiKey(), unused -> 1 + random.nextInt(onceIn));
    if (left > 1) {
      untilNext.put(request.apiKey(), left - 1);
      return Mishap.NONE;
    }
    untilNext.put(request.apiKey(), 1 + random.nextInt(2 * onceIn - 1));
    counts.merge(request.apiKey(), 1, Integer::sum);
    Duration time = Duration.ofMillis(1 + random.nextInt(longestMillis));
    return switch (random.nextInt(5)) {
      case 0 -> Mishap.requestHeld(time);
      case 1 -> Mishap.answerHeld(time);
      case 2 -> Mishap.answerHeldAndLost(time);
      case 3 -> Mishap.ANSWER_LOST;
      default -> Mishap.REQUEST_LOST;
    };
  }
}
