package io.metastore.bench.server;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.metastore.etcdapi.etcdserverpb.MaintenanceGrpc;
import io.metastore.etcdapi.etcdserverpb.StatusRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A kind of server that takes etcd's flags.
 *
 * @param name the name in reports
 * @param command the program and its first arguments, which are followed by the flags of the
 *     cluster
 * @param access what the server demands of its clients
 */
public record ServerCommand(String name, List<String> command, Access access)
    implements ServerKind {
  private static final Pattern FORM = Pattern.compile("([^=\\s]+)=(\\S.*)");

  /** Copies the command. */
  public ServerCommand {
    requireNonNull(name, "name");
    command = List.copyOf(command);
    requireNonNull(access, "access");
  }

  /** A server that is open to all. */
  public ServerCommand(String name, List<String> command) {
    this(name, command, Access.OPEN);
  }

  /**
   * Parses {@code name=program argument ...}; a server that is open to all.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static ServerCommand parse(String text) {
    return parse(text, Access.OPEN);
  }

  /** As {@link #parse(String)}, with a server that demands something of its clients. */
  public static ServerCommand parse(String text, Access access) {
    var form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException("expected name=program, not: " + text);
    }
    return new ServerCommand(form.group(1), List.of(form.group(2).split("\\s+", -1)), access);
  }

  @Override
  public List<String> command(Member member, List<Member> cluster, Path directory) {
    List<String> line = new ArrayList<>(command);
    line.addAll(flags(member, cluster, directory));
    line.addAll(access.serverFlags());
    return line;
  }

  @Override
  public boolean serves(Endpoint client) {
    return new Probe(client, access).serves();
  }

  @Override
  public long logEntries(List<Member> cluster) {
    return cluster.stream().mapToLong(member -> appliedIndex(member.client())).max().orElseThrow();
  }

  private long appliedIndex(Endpoint client) {
    ManagedChannel channel = access.channel(client).build();
    try {
      return MaintenanceGrpc.newBlockingStub(channel)
          .status(StatusRequest.getDefaultInstance())
          .getRaftAppliedIndex();
    } finally {
      channel.shutdownNow();
    }
  }

  private List<String> flags(Member member, List<Member> cluster, Path directory) {
    String peers =
        cluster.stream()
            .map(m -> m.name() + "=" + url(m.advertised()))
            .collect(Collectors.joining(","));
    String clientUrl = access.scheme() + "://" + member.client();
    return List.of(
        "--name=" + member.name(),
        "--data-dir=" + directory.resolve(member.name()),
        "--listen-client-urls=" + clientUrl,
        "--advertise-client-urls=" + clientUrl,
        "--listen-peer-urls=" + url(member.peer()),
        "--initial-advertise-peer-urls=" + url(member.advertised()),
        "--initial-cluster=" + peers,
        "--initial-cluster-state=new",
        "--initial-cluster-token=bench",
        "--log-level=warn");
  }

  private static String url(Endpoint endpoint) {
    return "http://" + endpoint;
  }
}
