package io.lowtide.benchmarks.faults;

import java.time.Duration;

/**
 * What becomes of a request and its answer on their way.
 *
 * @param requestHeld how long the request is held back, and all that follows it on its connection;
 *     it arrives in the end, even if its sender has hung up meanwhile
 * @param answerHeld how long the answer is held back, and all that follows it on its connection
 * @param end how the exchange ends then
 */
record Mishap(Duration requestHeld, Duration answerHeld, End end) {

  /** How an exchange ends. */
  enum End {
    /** With the answer. */
    ANSWERED,

    /** Before the broker has had the request, with the connection. */
    REQUEST_LOST,

    /** After the broker has answered, with the connection. */
    ANSWER_LOST,

    /** Answered in the place of a broker that is not the leader yet, which never hears of it. */
    REFUSED
  }

  /** No mishap. */
  static final Mishap NONE = new Mishap(Duration.ZERO, Duration.ZERO, End.ANSWERED);

  /** The connection is lost before the broker has had the request. */
  static final Mishap REQUEST_LOST = new Mishap(Duration.ZERO, Duration.ZERO, End.REQUEST_LOST);

  /** The connection is lost after the broker has had the request. */
  static final Mishap ANSWER_LOST = new Mishap(Duration.ZERO, Duration.ZERO, End.ANSWER_LOST);

  static Mishap requestHeld(Duration time) {
    return new Mishap(time, Duration.ZERO, End.ANSWERED);
  }

  static Mishap answerHeld(Duration time) {
    return new Mishap(Duration.ZERO, time, End.ANSWERED);
  }

  /** The answer is held back, and then lost with the connection. */
  static Mishap answerHeldAndLost(Duration time) {
    return new Mishap(Duration.ZERO, time, End.ANSWER_LOST);
  }

  /** The refusal is held back, so that another request can follow before it is known. */
  static Mishap refusedAfter(Duration time) {
    return new Mishap(Duration.ZERO, time, End.REFUSED);
  }
}
