package io.lowtide.stream.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves resources over HTTP on Jetty.
 *
 * <p>Jetty, because a connection that sends or reads slowly takes no thread there: the JDK's server
 * gives it one until a time limit, and with as many such connections as it has threads answers
 * nobody. Undertow does as well in 3.5 MB; Jetty's 2.1 MB have a hook on connections, which {@link
 * ConnectionBounds} needs.
 */
public final class HttpEndpoint implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);

  /** Time for a connection's one request and its answer: a scrape takes some milliseconds. */
  private static final Duration LONGEST_CONNECTION = Duration.ofSeconds(10);

  /** Browsers come back for more of the events that they follow. */
  private static final Duration LONGEST_FOLLOWING = Duration.ofHours(1);

  private static final int MOST_CONNECTIONS = 64;
  private static final int MOST_THREADS = 8;
  private static final int LEAST_THREADS = 3;

  private final Server server;
  private final ServerConnector connector;
  private final RouteHandler handler;

  private HttpEndpoint(
      InetSocketAddress address, List<? extends Resource> resources, Duration longestConnection) {
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS, LEAST_THREADS);
    threads.setName("lowtide-http");
    threads.setDaemon(true);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // One request for each connection, so that what is old is not in use.
    http.setPersistentConnectionsEnabled(false);
    this.server = new Server(threads);
    this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    ConnectionBounds bounds =
        new ConnectionBounds(
            connector.getScheduler(), MOST_CONNECTIONS, longestConnection, LONGEST_FOLLOWING);
    this.handler = new RouteHandler(resources, bounds);
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(longestConnection.toMillis());
    connector.addBean(bounds);
    server.addConnector(connector);
    server.setHandler(handler);
  }

  /**
   * Starts to serve.
   *
   * @param address where to listen; port 0: any free one
   * @param resources what is served; anything else is not found
   * @throws IOException if the address cannot be bound; the message names it
   */
  public static HttpEndpoint start(InetSocketAddress address, List<? extends Resource> resources)
      throws IOException {
    return start(address, resources, LONGEST_CONNECTION);
  }

  static HttpEndpoint start(
      InetSocketAddress address, List<? extends Resource> resources, Duration longestConnection)
      throws IOException {
    HttpEndpoint endpoint = new HttpEndpoint(address, resources, longestConnection);
    try {
      endpoint.connector.open();
    } catch (IOException | UnresolvedAddressException e) {
      endpoint.close();
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new IOException("http.host, http.port: cannot listen on " + address + ": " + reason, e);
    }
    try {
      endpoint.server.start();
    } catch (Exception e) {
      endpoint.close();
      throw new IOException("http.host, http.port: cannot serve on " + address + ": " + e, e);
    }
    LOG.info(
        "Listening on http://{}:{} for {}",
        address.getHostString(),
        endpoint.port(),
        resources.stream()
            .map(Resource::path)
            .filter(path -> !path.startsWith(Resource.PARTS))
            .collect(Collectors.joining(", ")));
    return endpoint;
  }

  /** The port that is listened on. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    handler.close();
    try {
      connector.close();
      server.stop();
    } catch (Exception e) {
      LOG.warn("The HTTP endpoint did not end in order: {}", e.toString());
    }
  }
}
