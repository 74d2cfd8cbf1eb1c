package io.lowtide.benchmarks.faults;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/**
 * Stands between a producer and its broker, and does to its first writes what is asked: what a
 * broker that is killed, or has only just become a leader, does in so unlucky an order once in a
 * long while.
 */
final class LossyNetwork implements AutoCloseable {

  private static final int WAIT_FOR_MORE_MILLIS = 500;

  /** What becomes of a write. */
  enum Fate {
    /** Answered as by a broker that is not the leader yet; held until another request follows. */
    REFUSED,

    /** Taken by the broker; its acknowledgement is lost with the connection. */
    UNANSWERED
  }

  private final int broker;
  private final Iterator<Fate> fates;
  private final ServerSocket server;
  private final Thread thread = new Thread(this::accept, "lossy-network");

  /**
   * @param broker its port
   * @param fates of the first writes, in their order; the others get through
   */
  LossyNetwork(int broker, List<Fate> fates) throws IOException {
    this.broker = broker;
    this.fates = fates.iterator();
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread.setDaemon(true);
    thread.start();
  }

  String bootstrapServers() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** Whether a write has met each fate. */
  synchronized boolean hasMetItsFates() {
    return !fates.hasNext();
  }

  private void accept() {
    while (true) {
      try {
        Socket client = server.accept();
        Thread connection = new Thread(() -> serve(client), "lossy-connection");
        connection.setDaemon(true);
        connection.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), broker)) {
      DataInputStream requests = new DataInputStream(client.getInputStream());
      DataOutputStream answers = new DataOutputStream(client.getOutputStream());
      byte[] request = read(requests);
      while (true) {
        RequestHeader header = RequestHeader.parse(ByteBuffer.wrap(request));
        Fate fate = header.apiKey() == ApiKeys.PRODUCE ? nextFate() : null;
        byte[] next = null;
        if (fate == Fate.REFUSED) {
          next = waitForMore(client, requests);
          write(answers, refusal(request));
        } else {
          write(new DataOutputStream(upstream.getOutputStream()), request);
          byte[] answer = read(new DataInputStream(upstream.getInputStream()));
          if (fate == Fate.UNANSWERED) {
            return;
          }
          write(
              answers, header.apiKey() == ApiKeys.METADATA ? leadingHere(answer, header) : answer);
        }
        request = next == null ? read(requests) : next;
      }
    } catch (IOException over) {
      // One of the two has hung up.
    }
  }

  private synchronized Fate nextFate() {
    return fates.hasNext() ? fates.next() : null;
  }

  private static byte[] waitForMore(Socket client, DataInputStream requests) throws IOException {
    client.setSoTimeout(WAIT_FOR_MORE_MILLIS);
    try {
      return read(requests);
    } catch (SocketTimeoutException nothing) {
      return null;
    } finally {
      client.setSoTimeout(0);
    }
  }

  private static byte[] read(DataInputStream in) throws IOException {
    byte[] frame = new byte[in.readInt()];
    in.readFully(frame);
    return frame;
  }

  private static void write(DataOutputStream out, byte[] frame) throws IOException {
    out.writeInt(frame.length);
    out.write(frame);
    out.flush();
  }

  private static byte[] refusal(byte[] request) {
    ByteBuffer buffer = ByteBuffer.wrap(request);
    RequestHeader header = RequestHeader.parse(buffer);
    ProduceRequest produce =
        new ProduceRequest(
            new ProduceRequestData(new ByteBufferAccessor(buffer), header.apiVersion()),
            header.apiVersion());
    return frame(
        header, produce.getErrorResponse(0, Errors.NOT_LEADER_OR_FOLLOWER.exception()).data());
  }

  /** The brokers of an answer, as if they were at this port. */
  private byte[] leadingHere(byte[] answer, RequestHeader header) {
    MetadataResponse metadata =
        (MetadataResponse) AbstractResponse.parseResponse(ByteBuffer.wrap(answer), header);
    metadata.data().brokers().forEach(node -> node.setPort(server.getLocalPort()));
    return frame(header, metadata.data());
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

  @Override
  public void close() throws IOException {
    server.close();
  }
}
