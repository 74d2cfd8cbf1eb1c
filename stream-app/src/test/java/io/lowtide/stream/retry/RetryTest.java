package io.lowtide.stream.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lowtide.stream.config.RetrySettings;
import io.lowtide.stream.metrics.StreamMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RetryTest {

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final StopSignal stop = new StopSignal();
  private final Outage outage =
      new Outage(Dependency.SCHEMA_REGISTRY, "http://registry", new StreamMetrics(meters));

  private Retry retry(Duration limit) {
    return new Retry(
        new RetrySettings(Duration.ofMillis(1), Duration.ofMillis(4), limit, limit.plusMinutes(1)),
        stop,
        outage);
  }

  @Test
  void shouldRepeatUntilItSucceeds() {
    AtomicInteger calls = new AtomicInteger();

    String result =
        retry(Duration.ZERO)
            .untilStopped(
                "Testing",
                () -> {
                  if (calls.incrementAndGet() < 20) {
                    throw new TimeoutException("away");
                  }
                  return "here";
                });

    assertThat(result).isEqualTo("here");
    assertThat(outage.underWay()).isEmpty();
    assertThat(meters.get("lowtide.transient.faults").counter().count()).isEqualTo(19);
  }

  @Test
  void shouldNotRepeatWhatNoRepetitionHelps() {
    AtomicInteger calls = new AtomicInteger();

    assertThatThrownBy(
            () ->
                retry(Duration.ofSeconds(5))
                    .untilStopped(
                        "Testing",
                        () -> {
                          calls.incrementAndGet();
                          throw new IllegalArgumentException("wrong");
                        }))
        .hasMessage("wrong");
    assertThat(calls).hasValue(1);
  }

  @Test
  @Timeout(20)
  void shouldGiveUpAtTheLimit() {
    TimeoutException failure = new TimeoutException("away");

    assertThatThrownBy(
            () ->
                retry(Duration.ofMillis(30))
                    .withinLimit(
                        "Decoding",
                        () -> {
                          throw new TimeoutException("still away");
                        },
                        failure))
        .isInstanceOf(TransientFaultException.class)
        .hasMessage("Decoding: still away");
  }

  @Test
  @Timeout(20)
  void shouldWaitLongerOnceAnOutageIsKnown() {
    long[] now = {0};
    Outage known =
        new Outage(
            Dependency.SCHEMA_REGISTRY, "http://registry", new StreamMetrics(meters), () -> now[0]);
    known.unanswered(new ConnectException("refused"));
    now[0] = Outage.GRACE.toNanos();
    AtomicInteger calls = new AtomicInteger();

    String result =
        new Retry(
                new RetrySettings(
                    Duration.ofMillis(1),
                    Duration.ofMillis(1),
                    Duration.ZERO,
                    Duration.ofMinutes(1)),
                stop,
                known)
            .withinLimit(
                "Decoding",
                () -> {
                  if (calls.incrementAndGet() < 5) {
                    throw new TimeoutException("away");
                  }
                  return "here";
                },
                new TimeoutException("away"));

    assertThat(result).isEqualTo("here");
  }

  @Test
  @Timeout(20)
  void shouldEndEveryWaitWhenTheApplicationStops() {
    stop.stop();

    assertThatThrownBy(
            () ->
                retry(Duration.ofHours(1))
                    .untilStopped(
                        "Testing",
                        () -> {
                          throw new TimeoutException("away");
                        }))
        .isInstanceOf(TransientFaultException.class);
  }

  @Test
  void shouldDescribeAFaultInOneLine() {
    assertThat(
            Faults.describe(
                new IllegalStateException(
                    "outer\nand its trace", new RuntimeException(new ConnectException("refused")))))
        .isEqualTo(
            "java.lang.IllegalStateException: outer Cause: java.net.ConnectException: refused");
    assertThat(Faults.describe(new ConnectException("refused")))
        .isEqualTo("java.net.ConnectException: refused");
  }

  @Test
  void shouldTellFaultsOfTheWayFromFaultsOfTheBytes() {
    assertThat(Faults.isTransient(new SerializationException(new ConnectException()))).isTrue();
    assertThat(Faults.isTransient(new TimeoutException("broker"))).isTrue();
    assertThat(Faults.isTransient(new SerializationException(new EOFException()))).isFalse();
    assertThat(Faults.isTransient(new NullPointerException())).isFalse();
  }

  @Test
  @Timeout(20)
  void shouldWaitForAPeerThatEndsTheHandshake() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer = new Thread(() -> hangUp(server));
      peer.start();
      URL url = new URL("https://127.0.0.1:" + server.getLocalPort() + "/subjects");

      assertThatThrownBy(url::getContent)
          .isInstanceOf(IOException.class)
          .matches(Faults::isTransient);
      peer.join();
    }
  }

  /** Reads the first bytes of the handshake, and no more. */
  private static void hangUp(ServerSocket server) {
    try (Socket connection = server.accept()) {
      connection.getInputStream().read(new byte[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldTakeARefusedCertificateForAFaultOfTheWay() {
    SSLHandshakeException refused = new SSLHandshakeException("PKIX path validation failed");
    refused.initCause(new CertificateExpiredException("NotAfter: yesterday"));

    assertThat(Faults.isTransient(new SerializationException(refused))).isTrue();
  }

  @Test
  void shouldTakeKafkasWordForTheFaultsOfItsClients() {
    SSLHandshakeException refused = new SSLHandshakeException("PKIX path validation failed");

    assertThat(Faults.isTransient(new SslAuthenticationException("refused", refused))).isFalse();
    assertThat(Faults.isTransient(new ProducerFencedException("another took over"))).isFalse();
  }

  @Test
  void shouldTellFaultsOfKafkaFromFaultsOfTheBytes() {
    assertThat(Faults.isOfKafka(new ProducerFencedException("another took over"))).isTrue();
    assertThat(Faults.isOfKafka(new StreamsException("store closed"))).isTrue();
    assertThat(Faults.isOfKafka(new SerializationException("bad bytes"))).isFalse();
    assertThat(Faults.isOfKafka(new IllegalStateException())).isFalse();
  }
}
