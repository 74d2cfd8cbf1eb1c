package io.lowtide.quickstart.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;

/** A receiver of webhooks that answers as it is told to. */
final class WebhookReceiver implements AutoCloseable {

  private final HttpServer server;
  private final List<String> taken = new CopyOnWriteArrayList<>();
  private final List<String> refused = new CopyOnWriteArrayList<>();

  /**
   * @param port 0: any free one
   * @param status the status of the n-th request, from 0
   */
  WebhookReceiver(int port, IntUnaryOperator status) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", exchange -> answer(exchange, status));
    server.start();
  }

  private void answer(HttpExchange exchange, IntUnaryOperator status) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String told = exchange.getRequestHeaders().getFirst("Lowtide-Delivery") + " " + body;
    int answer = status.applyAsInt(taken.size() + refused.size());
    (answer == 200 ? taken : refused).add(told);
    exchange.sendResponseHeaders(answer, -1);
    exchange.close();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Place and body of what was answered with 200, in order. */
  List<String> taken() {
    return taken;
  }

  /** The same of what was answered otherwise. */
  List<String> refused() {
    return refused;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
