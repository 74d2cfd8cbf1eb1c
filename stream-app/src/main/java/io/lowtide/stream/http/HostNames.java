package io.lowtide.stream.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The names that a browser may ask for something under. A page of another origin can point a name
 * of its own at this machine (DNS rebinding) and would then be of the same origin as what is served
 * here; but the browser still says that name.
 */
public final class HostNames {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private static final HostNames ANY = new HostNames(null);

  /** Null: any. */
  private final Set<String> allowed;

  private HostNames(Set<String> allowed) {
    this.allowed = allowed;
  }

  /** Whatever the name. */
  public static HostNames any() {
    return ANY;
  }

  /**
   * The names of an endpoint: on loopback those of loopback and the given ones; elsewhere, where
   * nobody knows by which names it is reached, the given ones, or any if none are given.
   *
   * @param bound where the endpoint listens
   * @param given host names or addresses, without a port
   */
  public static HostNames of(InetSocketAddress bound, Collection<String> given) {
    boolean loopback = isLoopback(bound);
    if (!loopback && given.isEmpty()) {
      return ANY;
    }
    Set<String> allowed = new HashSet<>();
    given.forEach(name -> allowed.add(name.toLowerCase(Locale.ROOT)));
    if (loopback) {
      allowed.addAll(LOOPBACK);
      allowed.add(bound.getHostString().toLowerCase(Locale.ROOT));
    }
    return new HostNames(allowed);
  }

  /** Whether an address can be reached from this machine alone. */
  public static boolean isLoopback(InetSocketAddress address) {
    InetAddress resolved = address.getAddress();
    return resolved != null && resolved.isLoopbackAddress();
  }

  /**
   * Whether a request under this name is answered.
   *
   * @param host of the request, without a port; null where it names none, as no browser does
   */
  boolean allow(String host) {
    return allowed == null || host == null || allowed.contains(host.toLowerCase(Locale.ROOT));
  }
}
