package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.api.ClusterView;
import io.metastore.core.api.Consistency;
import io.metastore.core.api.MemberIds;
import io.metastore.core.api.MemberInfo;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.PeerUrl;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreException.ChangeRefused;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AddPeer;
import io.metastore.core.command.Identity;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out {@code reconfig} requests by removing, promoting and adding members, one after the
 * other in this order. The checks before, and their order, are those of ZooKeeper's {@code
 * PrepRequestProcessor}. Thread-safe; never blocks.
 */
final class Reconfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(Reconfiguration.class);

  private final Metastore store;
  private final ReconfigRules rules;
  private final LongSupplier unixSeconds;

  /**
   * @param unixSeconds the time in seconds since 1970
   */
  Reconfiguration(Metastore store, ReconfigRules rules, LongSupplier unixSeconds) {
    this.store = store;
    this.rules = rules;
    this.unixSeconds = unixSeconds;
  }

  /** A request cannot be done. */
  private static final class Refused extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;
    private final int error;

    /**
     * @param why for the log: a reply has only the error
     */
    Refused(int error, String why) {
      super(why, null, false, false);
      this.error = error;
    }
  }

  /**
   * Changes the members.
   *
   * @return completes with the error of the reply, or with {@link ErrorCode#OK} when the changes
   *     are done; fails if the outcome is unknown
   */
  CompletableFuture<Integer> run(Request.Reconfig asked, List<Identity> client) {
    if (!rules.enabled()) {
      return CompletableFuture.completedFuture(ErrorCode.RECONFIG_DISABLED);
    }
    return store
        .view(Consistency.LINEARIZABLE)
        .thenCompose(
            view -> {
              List<Supplier<CompletableFuture<Void>>> steps;
              try (view) {
                steps = plan(asked, client, view);
              }
              CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
              for (Supplier<CompletableFuture<Void>> step : steps) {
                done = done.thenCompose(before -> step.get());
              }
              return done;
            })
        .thenApply(done -> ErrorCode.OK)
        .exceptionally(Reconfiguration::error);
  }

  private static int error(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    int error = code(cause);
    LOG.atWarn()
        .addKeyValue("error", error)
        .addKeyValue("reason", cause.getMessage())
        .log("refused to reconfigure");
    return error;
  }

  private static int code(Throwable cause) {
    if (cause instanceof Refused refused) {
      return refused.error;
    }
    if (cause instanceof ChangeRefused refused) {
      return switch (refused.reason()) {
        case IN_PROGRESS -> ErrorCode.RECONFIG_IN_PROGRESS;
        case NOT_CAUGHT_UP, NOT_STARTED, UNSAFE -> ErrorCode.NEW_CONFIG_NO_QUORUM;
        case BAD_REQUEST,
            UNKNOWN_MEMBER,
            ID_EXISTS,
            NOT_LEARNER,
            TOO_MANY_LEARNERS,
            ALREADY_MEMBER ->
            ErrorCode.BAD_ARGUMENTS;
      };
    }
    throw new CompletionException(cause);
  }

  /** The changes that lead to the wanted servers. */
  private List<Supplier<CompletableFuture<Void>>> plan(
      Request.Reconfig asked, List<Identity> client, ReadView view) {
    if (view.findCorruption() != null) {
      throw new Refused(ErrorCode.DATA_INCONSISTENCY, "the data of this member is wrong");
    }
    EnsembleText current = EnsembleText.read(view.tree());
    if (current.servers().isEmpty()) {
      throw new Refused(ErrorCode.UNIMPLEMENTED, "no servers are configured");
    }
    if (asked.version() != -1 && asked.version() != current.version()) {
      throw new Refused(
          ErrorCode.BAD_VERSION, "the version is " + Long.toHexString(current.version()));
    }
    SortedMap<Long, ServerLine> wanted;
    try {
      wanted = wanted(asked, current.servers());
    } catch (NumberFormatException e) {
      throw new Refused(ErrorCode.MARSHALLING_ERROR, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new Refused(ErrorCode.BAD_ARGUMENTS, String.valueOf(e.getMessage()));
    }
    long voters = wanted.values().stream().filter(ServerLine::votes).count();
    if (voters < (rules.twoVoters() ? 2 : 1)) {
      throw new Refused(ErrorCode.BAD_ARGUMENTS, "too few voters would be left: " + voters);
    }
    long started =
        wanted.values().stream()
            .filter(server -> server.votes() && hasStarted(current.servers().get(server.number())))
            .count();
    if (2 * started <= voters) {
      throw new Refused(
          ErrorCode.NEW_CONFIG_NO_QUORUM,
          "only %d of %d voters have ever started".formatted(started, voters));
    }
    if (!mayWrite(view, client)) {
      throw new Refused(ErrorCode.NO_AUTH, "the client may not write " + EnsembleText.PATH);
    }
    return changes(current.servers(), wanted);
  }

  private boolean hasStarted(@Nullable ServerLine current) {
    return current != null && member(current).hasStarted();
  }

  private static boolean mayWrite(ReadView view, List<Identity> client) {
    var node = view.tree().find(EnsembleText.PATH);
    return node != null && node.acl().permits(ZnodeAcl.WRITE, client);
  }

  private static SortedMap<Long, ServerLine> wanted(
      Request.Reconfig asked, SortedMap<Long, ServerLine> current) {
    SortedMap<Long, ServerLine> wanted = new TreeMap<>();
    String all = asked.newMembers();
    if (all != null) {
      for (String line : all.split("[,\n]", -1)) {
        if (!line.isBlank() && !line.strip().startsWith("version=")) {
          put(wanted, EnsembleText.parse(line));
        }
      }
      return wanted;
    }
    wanted.putAll(current);
    for (String number : names(asked.leaving())) {
      wanted.remove(Long.parseLong(number));
    }
    for (String line : names(asked.joining())) {
      ServerLine server = EnsembleText.parse(line);
      if (server.clientPort() == 0) {
        throw new IllegalArgumentException("no port for clients: " + line);
      }
      put(wanted, server);
    }
    return wanted;
  }

  private static List<String> names(@Nullable String commaSeparated) {
    return commaSeparated == null
        ? List.of()
        : List.of(commaSeparated.split(",", -1)).stream()
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .toList();
  }

  /** Adds a server whose addresses no other one has. */
  private static void put(SortedMap<Long, ServerLine> servers, ServerLine added) {
    for (ServerLine other : servers.values()) {
      if (other.number() != added.number() && other.sharesAddressWith(added)) {
        throw new IllegalArgumentException("two servers have the same address");
      }
    }
    servers.put(added.number(), added);
  }

  /** New servers come last, because they may not have started. */
  private List<Supplier<CompletableFuture<Void>>> changes(
      SortedMap<Long, ServerLine> current, SortedMap<Long, ServerLine> wanted) {
    List<Supplier<CompletableFuture<Void>>> steps = new ArrayList<>();
    current.forEach(
        (number, server) -> {
          if (!wanted.containsKey(number)) {
            long id = member(server).id();
            steps.add(() -> store.membership().remove(id));
          }
        });
    List<Supplier<CompletableFuture<Void>>> additions = new ArrayList<>();
    wanted.forEach(
        (number, server) -> {
          ServerLine before = current.get(number);
          if (before == null) {
            additions.add(() -> add(server));
          } else if (!before.withVote(server.votes()).equals(server)
              || (before.votes() && !server.votes())) {
            throw new Refused(
                ErrorCode.BAD_ARGUMENTS,
                "server.%d cannot change its addresses, or become an observer".formatted(number));
          } else if (!before.votes() && server.votes()) {
            long id = member(before).id();
            steps.add(() -> store.membership().promote(id));
          }
        });
    steps.addAll(additions);
    return steps;
  }

  /** Announces a server that does not run yet, or was not started with the same address. */
  private CompletableFuture<Void> add(ServerLine server) {
    String url = scheme() + server.authority();
    List<String> urls = List.of(url);
    return store
        .membership()
        .announce(
            AddPeer.newBuilder()
                .setId(MemberIds.member(urls, Long.toString(unixSeconds.getAsLong())))
                .addAllPeerUrls(urls)
                .setLearner(!server.votes())
                .setZookeeper(server.facts(url))
                .build());
  }

  /** Of the peer URLs of this cluster. */
  private String scheme() {
    ClusterView cluster = store.cluster();
    return cluster.members().stream()
            .filter(member -> member.id() == cluster.memberId())
            .anyMatch(member -> PeerUrl.parse(member.peerUrls().get(0)).secure())
        ? "https://"
        : "http://";
  }

  /** The member that a line of the configuration node was made from. */
  private MemberInfo member(ServerLine server) {
    return store.cluster().members().stream()
        .filter(member -> member.peerUrls().get(0).endsWith("//" + server.authority()))
        .findAny()
        .orElseThrow(
            () -> new Refused(ErrorCode.RECONFIG_IN_PROGRESS, "the members have just changed"));
  }
}
