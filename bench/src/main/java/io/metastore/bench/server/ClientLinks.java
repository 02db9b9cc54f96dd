package io.metastore.bench.server;

import io.metastore.bench.server.ClientLink.State;
import io.netty.channel.EventLoop;
import java.util.List;

/**
 * The links from one client to all members, each through a relay in this process. Thread-safe.
 *
 * <p>Members are numbered from 0.
 */
public final class ClientLinks implements AutoCloseable {
  /** Stands for all members; not a valid member number. */
  public static final int ALL = Integer.MAX_VALUE;

  private final List<ClientLink> links;

  /**
   * Starts the relays.
   *
   * @param loop forwards the bytes
   * @param members the members' client endpoints on 127.0.0.1
   */
  public ClientLinks(EventLoop loop, List<Endpoint> members) {
    links = members.stream().map(member -> new ClientLink(loop, member.port())).toList();
  }

  /** The endpoints for the client's settings, as host and port, in the order of the members. */
  public List<String> endpoints() {
    return links.stream().map(link -> "127.0.0.1:" + link.port()).toList();
  }

  /** Breaks all connections to a member, including new ones. */
  public void cut(int member) {
    become(State.CUT, member);
  }

  /** From now on no byte passes, but connections stay open. */
  public void silence(int member) {
    become(State.SILENT, member);
  }

  /** Delays all bytes that arrive from now on, in both directions. */
  public void delay(long ms, int member) {
    chosen(member).forEach(link -> link.delay(ms));
  }

  /** Removes all of the above; bytes held back are delivered. */
  public void heal(int member) {
    delay(0, member);
    become(State.OPEN, member);
  }

  private void become(State state, int member) {
    chosen(member).forEach(link -> link.become(state));
  }

  private List<ClientLink> chosen(int member) {
    return member < links.size() ? List.of(links.get(member)) : links;
  }

  @Override
  public void close() {
    links.forEach(ClientLink::close);
  }
}
