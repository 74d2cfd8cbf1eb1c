package io.lowtide.cli.webhook;

import io.lowtide.cli.webhook.Answer.Delivered;
import io.lowtide.cli.webhook.Answer.Failed;
import io.lowtide.cli.webhook.Answer.Refused;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Posts deliveries to one URL. Follows no redirections: they could lead anywhere. */
final class Receiver {

  /** Statuses that speak of the body: sending it again makes no difference. */
  private static final Set<Integer> REFUSALS =
      Set.of(400, 405, 406, 409, 410, 411, 413, 414, 415, 422);

  private static final int OK = 200;
  private static final int FIRST_BEYOND_OK = 300;

  private final URI url;
  private final Signature signature;
  private final Duration timeout;
  private final Clock clock;
  private final HttpClient client;

  /**
   * @param timeout until an attempt counts as failed
   */
  Receiver(URI url, Signature signature, Duration timeout, Clock clock) {
    this.url = url;
    this.signature = signature;
    this.timeout = timeout;
    this.clock = clock;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  /** Its host: the rest of a URL may be a secret. */
  String name() {
    return url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort();
  }

  /** Tries once. */
  Answer post(Delivery delivery) throws InterruptedException {
    long seconds = clock.instant().getEpochSecond();
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(timeout)
            .header("Content-Type", "application/json; charset=utf-8")
            .header("User-Agent", "lowtide-webhook")
            .header("Lowtide-Event", delivery.event())
            .header("Lowtide-Delivery", delivery.id())
            .header("Lowtide-Timestamp", Long.toString(seconds))
            .header("Lowtide-Signature", "v1=" + signature.of(seconds, delivery.body()))
            .POST(HttpRequest.BodyPublishers.ofByteArray(delivery.body()))
            .build();
    try {
      return answer(client.send(request, HttpResponse.BodyHandlers.discarding()));
    } catch (IOException away) {
      String reason = away.getMessage() == null ? "" : ": " + away.getMessage();
      return new Failed(away.getClass().getSimpleName() + reason, Optional.empty());
    }
  }

  private static Answer answer(HttpResponse<?> response) {
    int status = response.statusCode();
    if (status >= OK && status < FIRST_BEYOND_OK) {
      return new Delivered();
    }
    return REFUSALS.contains(status)
        ? new Refused("status " + status)
        : new Failed("status " + status, retryAfter(response));
  }

  /** Of the two forms of the header, the one in seconds. */
  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    try {
      OptionalLong seconds = response.headers().firstValueAsLong("Retry-After");
      return seconds.isPresent() && seconds.getAsLong() >= 0
          ? Optional.of(Duration.ofSeconds(seconds.getAsLong()))
          : Optional.empty();
    } catch (NumberFormatException date) {
      return Optional.empty();
    }
  }
}
