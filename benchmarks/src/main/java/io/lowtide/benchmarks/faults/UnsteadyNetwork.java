package io.lowtide.benchmarks.faults;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Stands between Kafka's clients and their only broker, knows their requests apart, and lets happen
 * to each, or to its answer, what it is told: what a network or a broker does in so unlucky an
 * order once in a long while. Clients find all brokers and coordinators here.
 *
 * <p>A connection has a thread for either direction, so that requests arrive while an answer is
 * held back, and in their order.
 */
final class UnsteadyNetwork implements AutoCloseable {

  private final int broker;
  private final Function<RequestHeader, Mishap> mishaps;
  private final ServerSocket server;
  private final Thread thread = new Thread(this::accept, "unsteady-network");

  /**
   * A request that is on its way, or has been.
   *
   * @param answer what is answered in the place of the broker, or null
   */
  private record Exchange(RequestHeader header, Mishap mishap, byte[] answer) {

    /** Follows the last request of a connection. */
    private static final Exchange OVER = new Exchange(null, Mishap.NONE, null);
  }

  /**
   * @param broker its port on the loopback interface
   * @param mishaps what becomes of a request; asked by many threads
   */
  UnsteadyNetwork(int broker, Function<RequestHeader, Mishap> mishaps) throws IOException {
    this.broker = broker;
    this.mishaps = mishaps;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread.setDaemon(true);
    thread.start();
  }

  String bootstrapServers() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private void accept() {
    while (true) {
      try {
        connect(server.accept());
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket upstream;
    try {
      upstream = new Socket(InetAddress.getLoopbackAddress(), broker);
    } catch (IOException away) {
      client.close();
      return;
    }
    client.setTcpNoDelay(true);
    upstream.setTcpNoDelay(true);
    BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    start("unsteady-requests", () -> carryRequests(client, upstream, exchanges));
    start("unsteady-answers", () -> carryAnswers(client, upstream, exchanges));
  }

  private static void start(String name, Runnable task) {
    Thread direction = new Thread(task, name);
    direction.setDaemon(true);
    direction.start();
  }

  private void carryRequests(Socket client, Socket upstream, BlockingQueue<Exchange> exchanges) {
    try {
      DataInputStream requests = new DataInputStream(client.getInputStream());
      DataOutputStream forwarded = new DataOutputStream(upstream.getOutputStream());
      while (true) {
        byte[] request = read(requests);
        RequestHeader header = RequestHeader.parse(ByteBuffer.wrap(request));
        Mishap mishap = mishaps.apply(header);
        pause(mishap.requestHeld());
        if (mishap.end() == Mishap.End.REQUEST_LOST) {
          break;
        }
        boolean refused = mishap.end() == Mishap.End.REFUSED;
        if (!refused) {
          write(forwarded, request);
        }
        exchanges.add(new Exchange(header, mishap, refused ? refusal(request) : null));
      }
    } catch (IOException over) {
      // The client has hung up, or the broker is away.
    } finally {
      exchanges.add(Exchange.OVER);
    }
  }

  private void carryAnswers(Socket client, Socket upstream, BlockingQueue<Exchange> exchanges) {
    try (client;
        upstream) {
      DataInputStream answers = new DataInputStream(upstream.getInputStream());
      DataOutputStream told = new DataOutputStream(client.getOutputStream());
      while (true) {
        Exchange exchange = exchanges.take();
        if (exchange == Exchange.OVER) {
          return;
        }
        byte[] answer = exchange.answer() == null ? read(answers) : exchange.answer();
        pause(exchange.mishap().answerHeld());
        if (exchange.mishap().end() == Mishap.End.ANSWER_LOST) {
          return;
        }
        tell(told, exchange.answer() == null ? placedHere(answer, exchange.header()) : answer);
      }
    } catch (IOException over) {
      // One of the two has hung up.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tell(DataOutputStream client, byte[] answer) {
    try {
      write(client, answer);
    } catch (IOException gone) {
      // What it had sent before still arrives.
    }
  }

  private static void pause(Duration time) {
    if (!time.isZero()) {
      try {
        Thread.sleep(time.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  private static void write(DataOutputStream out, byte[] frame) throws IOException {
    byte[] whole =
        ByteBuffer.allocate(Integer.BYTES + frame.length).putInt(frame.length).put(frame).array();
    out.write(whole);
    out.flush();
  }

  private static byte[] refusal(byte[] request) {
    ByteBuffer buffer = ByteBuffer.wrap(request);
    RequestHeader header = RequestHeader.parse(buffer);
    AbstractResponse refusal =
        AbstractRequest.parseRequest(
                header.apiKey(), header.apiVersion(), new ByteBufferAccessor(buffer))
            .request
            .getErrorResponse(Errors.NOT_LEADER_OR_FOLLOWER.exception());
    return frame(header, refusal.data());
  }

  /** An answer that says where brokers are, as if they were at this port. */
  private byte[] placedHere(byte[] answer, RequestHeader header) {
    int here = server.getLocalPort();
    switch (header.apiKey()) {
      case METADATA -> {
        MetadataResponse metadata = (MetadataResponse) parsed(answer, header);
        metadata.data().brokers().forEach(node -> node.setPort(here));
        return frame(header, metadata.data());
      }
      case FIND_COORDINATOR -> {
        FindCoordinatorResponse found = (FindCoordinatorResponse) parsed(answer, header);
        if (header.apiVersion() < 4) {
          found.data().setPort(here);
        }
        found.data().coordinators().forEach(coordinator -> coordinator.setPort(here));
        return frame(header, found.data());
      }
      case DESCRIBE_CLUSTER -> {
        DescribeClusterResponse cluster = (DescribeClusterResponse) parsed(answer, header);
        cluster.data().brokers().forEach(node -> node.setPort(here));
        return frame(header, cluster.data());
      }
      default -> {
        return answer;
      }
    }
  }

  private static AbstractResponse parsed(byte[] answer, RequestHeader header) {
    return AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
  }

  private static byte[] frame(RequestHeader header, Message body) {
    byte[] head =
        bytes(header.toResponseHeader().data(), header.toResponseHeader().headerVersion());
    byte[] rest = bytes(body, header.apiVersion());
    byte[] frame = Arrays.copyOf(head, head.length + rest.length);
    System.arraycopy(rest, 0, frame, head.length, rest.length);
    return frame;
  }

  private static byte[] bytes(Message message, short version) {
    ByteBuffer buffer = MessageUtil.toByteBufferAccessor(message, version).buffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** Takes no more connections; those that it has go on until either side hangs up. */
  @Override
  public void close() throws IOException {
    server.close();
  }
}
