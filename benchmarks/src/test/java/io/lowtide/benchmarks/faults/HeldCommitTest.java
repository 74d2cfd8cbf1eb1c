package io.lowtide.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lowtide.benchmarks.faults.PlannedMishaps.Rule;
import io.lowtide.density.bundle.ModelBundle;
import io.lowtide.quickstart.kafka.EmbeddedKafka;
import io.lowtide.quickstart.traffic.MachinePark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of the records when the network holds a commit back, or loses it: each ends once. A
 * commit is two requests, that of the offsets and that of the transaction's end.
 */
@Tag("long")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class HeldCommitTest {

  private static final int AT_ONCE = 6;
  private static final Duration QUIET = Duration.ofSeconds(2);

  private static EmbeddedKafka kafka;
  private static ModelBundle model;

  @TempDir private Path directory;

  /** Something else that happens while a commit is held. */
  private interface Meanwhile {
    void happen(AccountedRun run) throws Exception;
  }

  /** One way for a commit to go wrong. */
  private record Schedule(
      String name,
      Duration lasting,
      Map<String, String> settings,
      Meanwhile meanwhile,
      Rule... rules) {

    private static Schedule of(String name, int seconds, Rule... rules) {
      return new Schedule(name, Duration.ofSeconds(seconds), Map.of(), run -> {}, rules);
    }

    private Schedule with(Map<String, String> others) {
      return new Schedule(name, lasting, others, meanwhile, rules);
    }

    private Schedule with(Meanwhile other) {
      return new Schedule(name, lasting, settings, other, rules);
    }
  }

  @BeforeAll
  static void start() {
    kafka = EmbeddedKafka.start();
    model = BriefTraining.of(new MachinePark(2_000, 10_000, 3));
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void shouldEndEachRecordOnceThoughCommitsAreHeldBackAndLost() throws Exception {
    AccountedRun.Account account =
        run(
            Schedule.of(
                "short",
                4,
                Rule.next(ApiKeys.TXN_OFFSET_COMMIT, Mishap.answerHeldAndLost(seconds(1))),
                Rule.next(ApiKeys.END_TXN, Mishap.answerHeldAndLost(seconds(2)))));

    assertThat(account.isClean()).as(account.toString()).isTrue();
  }

  /** Kafka's limit is a minute. */
  @Test
  void shouldEndEachRecordOnceThoughACommitIsUnansweredForLongerThanKafkaWaits() throws Exception {
    AccountedRun.Account account =
        run(
            Schedule.of(
                "minute",
                65,
                Rule.all(ApiKeys.END_TXN, Mishap.answerHeldAndLost(Rule.TO_THE_END), seconds(65))));

    assertThat(account.isClean()).as(account.toString()).isTrue();
  }

  @Test
  void shouldEndEachRecordOnceWhateverBecomesOfACommit() throws Exception {
    List<Callable<AccountedRun.Account>> runs = new ArrayList<>();
    schedules().forEach(schedule -> runs.add(() -> run(schedule)));
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    Map<String, AccountedRun.Account> unclean = new TreeMap<>();
    try {
      List<Future<AccountedRun.Account>> accounts = threads.invokeAll(runs);
      for (int i = 0; i < accounts.size(); i++) {
        AccountedRun.Account account = accounts.get(i).get();
        if (!account.isClean()) {
          unclean.put(schedules().get(i).name(), account);
        }
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(unclean).isEmpty();
  }

  private static List<Schedule> schedules() {
    Map<String, String> impatientClients = Map.of("kafka.producer.request.timeout.ms", "2000");
    Map<String, String> givenUpWrites =
        Map.of(
            "kafka.producer.request.timeout.ms", "1500",
            "kafka.producer.linger.ms", "10",
            "kafka.producer.delivery.timeout.ms", "4000");
    List<Schedule> all = new ArrayList<>();
    for (ApiKeys request : List.of(ApiKeys.TXN_OFFSET_COMMIT, ApiKeys.END_TXN)) {
      String name = request.name.toLowerCase(Locale.ROOT);
      Rule requestHeld = Rule.next(request, Mishap.requestHeld(seconds(8)));
      Rule answerHeld = Rule.next(request, Mishap.answerHeld(seconds(8)));
      all.add(Schedule.of(name + "-request-held", 8, requestHeld));
      all.add(Schedule.of(name + "-answer-held", 8, answerHeld));
      all.add(
          Schedule.of(
              name + "-answer-held-and-lost",
              5,
              Rule.next(request, Mishap.answerHeldAndLost(seconds(5)))));
      all.add(
          Schedule.of(
              name + "-requests-lost", 5, Rule.all(request, Mishap.REQUEST_LOST, seconds(5))));
      all.add(
          Schedule.of(
              name + "-answers-lost", 5, Rule.all(request, Mishap.ANSWER_LOST, seconds(5))));
      all.add(
          Schedule.of(name + "-request-held-rebalance", 8, requestHeld)
              .with(AccountedRun::addPartition));
      all.add(
          Schedule.of(name + "-answer-held-rebalance", 8, answerHeld)
              .with(AccountedRun::addPartition));
      all.add(
          Schedule.of(name + "-request-held-fenced", 8, requestHeld)
              .with(AccountedRun::fenceProducers));
      all.add(
          Schedule.of(name + "-answer-held-fenced", 8, answerHeld)
              .with(AccountedRun::fenceProducers));
      // Longer than a transaction may take, and than the brokers take to see that.
      all.add(
          Schedule.of(
              name + "-request-held-until-aborted",
              25,
              Rule.next(request, Mishap.requestHeld(seconds(25)))));
      all.add(
          Schedule.of(
              name + "-answer-held-until-aborted",
              25,
              Rule.next(request, Mishap.answerHeld(seconds(25)))));
      all.add(
          Schedule.of(
                  name + "-requests-late",
                  7,
                  Rule.all(request, Mishap.requestHeld(Rule.TO_THE_END), seconds(7)))
              .with(impatientClients));
    }
    Rule allHeld =
        new Rule(EnumSet.allOf(ApiKeys.class), "", Mishap.requestHeld(Rule.TO_THE_END), seconds(8));
    all.add(Schedule.of("everything-held", 8, allHeld));
    all.add(
        Schedule.of(
                "writes-unanswered", 7, Rule.all(ApiKeys.PRODUCE, Mishap.ANSWER_LOST, seconds(7)))
            .with(givenUpWrites));
    all.add(
        Schedule.of(
                "writes-late",
                7,
                Rule.all(ApiKeys.PRODUCE, Mishap.requestHeld(Rule.TO_THE_END), seconds(7)))
            .with(givenUpWrites));
    return all;
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private AccountedRun.Account run(Schedule schedule) throws Exception {
    PlannedMishaps mishaps = new PlannedMishaps(List.of(schedule.rules()));
    try (AccountedRun run =
        new AccountedRun(kafka, model, schedule.name(), directory, schedule.settings(), mishaps)) {
      Thread.sleep(QUIET.toMillis());
      mishaps.letLoose();
      schedule.meanwhile().happen(run);
      Thread.sleep(schedule.lasting().plus(QUIET).toMillis());
      AccountedRun.Account account = run.account();
      assertThat(mishaps.happened()).as(schedule.name()).isPositive();
      return account;
    }
  }
}
