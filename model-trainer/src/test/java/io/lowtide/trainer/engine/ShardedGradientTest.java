package io.lowtide.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.density.ode.SolveStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ShardedGradientTest {

  private static final BatchLoss LOSS = new BatchLoss(1, 0, 0, 1, 7, 0);

  private final CompletableFuture<BatchLoss> late = new CompletableFuture<>();

  /** Ends the late shard once somebody waits for it, and says whether it was still running. */
  private void assertThatTheLateShardIsWaitedFor(Throwable ofTheFirst, String message)
      throws InterruptedException, ExecutionException {
    List<Future<BatchLoss>> shards = List.of(CompletableFuture.failedFuture(ofTheFirst), late);
    CompletableFuture<Throwable> outcome =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                ShardedGradient.waitFor(shards);
                return null;
              } catch (RuntimeException e) {
                assertThat(late).isDone();
                return e;
              }
            });
    late.completeOnTimeout(LOSS, 200, TimeUnit.MILLISECONDS);
    assertThat(outcome.get()).hasMessageContaining(message);
  }

  @Test
  void shouldWaitForEveryShardAfterAnUnexpectedFault() throws Exception {
    assertThatTheLateShardIsWaitedFor(
        new IllegalStateException("out of memory"), "a batch could not be integrated");
  }

  @Test
  void shouldWaitForEveryShardWhenOneCannotBeIntegrated() throws Exception {
    assertThatTheLateShardIsWaitedFor(
        new SolveException(SolveStatus.NOT_FINITE, 7, 0.5), "NOT_FINITE");
  }

  @Test
  void shouldWaitForEveryShardWhenInterrupted() throws Exception {
    List<Future<BatchLoss>> shards = List.of(late);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread waiting =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(
                      () -> {
                        late.completeOnTimeout(LOSS, 200, TimeUnit.MILLISECONDS);
                        ShardedGradient.waitFor(shards);
                      })
                  .hasMessage("interrupted while a batch was integrated");
              interrupted.complete(late.isDone() && Thread.currentThread().isInterrupted());
            });
    waiting.start();
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void shouldGiveTheLossesInTheOrderOfTheShards() {
    BatchLoss second = new BatchLoss(2, 0, 0, 2, 7, 0);
    assertThat(
            ShardedGradient.waitFor(
                List.of(
                    CompletableFuture.completedFuture(LOSS),
                    CompletableFuture.completedFuture(second))))
        .containsExactly(LOSS, second);
  }
}
