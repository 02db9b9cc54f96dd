package io.metastore.compat.chaos;

import io.metastore.compat.chaos.Link.State;
import io.metastore.compat.process.ServerProcess;
import io.netty.channel.EventLoop;
import java.util.List;

/** The links from one client to all members. Thread-safe. */
final class Links implements AutoCloseable {
  /** Stands for all members; not a valid member number. */
  static final int ALL = Integer.MAX_VALUE;

  private final List<Link> links;

  Links(EventLoop loop, List<ServerProcess> members) {
    links = members.stream().map(member -> new Link(loop, member.clientPort())).toList();
  }

  /** The endpoints for the client's settings. */
  String[] endpoints() {
    return links.stream().map(link -> "127.0.0.1:" + link.port()).toArray(String[]::new);
  }

  /** Changes the link to the member with this number, or to {@link #ALL}. */
  void become(State state, int number) {
    chosen(number).forEach(link -> link.become(state));
  }

  /** Delays the link to the member with this number, or to {@link #ALL}. */
  void delay(long ms, int number) {
    chosen(number).forEach(link -> link.delay(ms));
  }

  private List<Link> chosen(int number) {
    return number < links.size() ? List.of(links.get(number)) : links;
  }

  @Override
  public void close() {
    links.forEach(Link::close);
  }
}
