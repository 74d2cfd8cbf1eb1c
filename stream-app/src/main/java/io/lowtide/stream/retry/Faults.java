package io.lowtide.stream.retry;

import io.lowtide.schemas.registry.SchemaRegistryException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import org.apache.kafka.common.errors.RetriableException;

/** Tells faults that pass from faults that stay. */
public final class Faults {

  private static final int DEEPEST_CAUSE = 16;

  private Faults() {}

  /** One line for the log: what failed, and the first cause of it. */
  public static String describe(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
      cause = cause.getCause();
    }
    String first = firstLine(fault);
    return cause == fault ? first : first + " Cause: " + firstLine(cause);
  }

  private static String firstLine(Throwable fault) {
    return fault.toString().lines().findFirst().orElse("");
  }

  /**
   * Whether the fault lies with a service or the way to it, by the first of its causes that says
   * so: the same operation may succeed later.
   */
  public static boolean isTransient(Throwable fault) {
    Throwable cause = fault;
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      if (cause instanceof SchemaRegistryException registry) {
        return registry.isTransient();
      }
      if (cause instanceof TransientFaultException
          || cause instanceof RetriableException
          || cause instanceof SocketException
          || cause instanceof SocketTimeoutException
          || cause instanceof UnknownHostException
          || cause instanceof HttpTimeoutException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
