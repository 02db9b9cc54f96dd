package io.metastore.client;

import static java.util.Objects.requireNonNull;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.metastore.api.v1.ClientsGrpc;
import io.metastore.api.v1.ListClientsRequest;
import io.metastore.api.v1.ListClientsResponse;
import io.metastore.api.v1.NewClientRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to a Metastore cluster. Make one for the whole program: it is thread-safe, connects when
 * first used, and goes on at another endpoint when one fails.
 *
 * <pre>{@code
 * try (MetastoreClient client =
 *     MetastoreClient.builder().endpoints("127.0.0.1:2379").build()) {
 *   client.keyValue().put("/app/greeting", "hello");
 *   Entry entry = client.keyValue().find("/app/greeting");
 * }
 * }</pre>
 *
 * <p>Calls are repeated by themselves only where that is safe: reads, calls that can be done twice,
 * and writes that were surely not done. Other writes whose answer was lost fail with {@link
 * OutcomeUnknownException}; everything else with {@link MetastoreException}.
 */
public final class MetastoreClient implements AutoCloseable {
  private final Calls calls;
  private final ExecutorService callbacks;
  private final KeyValue keyValue;
  private final Locks locks;
  private final Cluster cluster;
  private final AccessControl accessControl;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();

  private MetastoreClient(Calls calls, ExecutorService callbacks) {
    this.calls = calls;
    this.callbacks = callbacks;
    this.keyValue = new KeyValue(calls);
    this.locks = new Locks(calls);
    this.cluster = new Cluster(calls);
    this.accessControl = new AccessControl(calls);
  }

  /** Settings, all with defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Reads, writes and watches. */
  public KeyValue keyValue() {
    return keyValue;
  }

  /** Who holds what. To take locks, make a {@linkplain #newSession session}. */
  public Locks locks() {
    return locks;
  }

  /** The members. */
  public Cluster cluster() {
    return cluster;
  }

  /** Users, roles and what they may do. */
  public AccessControl accessControl() {
    return accessControl;
  }

  /** Transactions over several keys, with the default number of attempts. */
  public Transactions transactions() {
    return new Transactions(calls, Transactions.DEFAULT_ATTEMPTS);
  }

  /**
   * Begins a session: what ephemeral keys and locks belong to.
   *
   * @param ttl how long it outlives its last renewal; rounded up to whole seconds, and raised to
   *     what the cluster allows
   * @param label tells people who this is, for instance {@code host:pid:program}
   */
  public CompletableFuture<Session> newSessionAsync(Duration ttl, String label) {
    NewClientRequest request =
        NewClientRequest.newBuilder().setTtlMs(ttl.toMillis()).setLabel(label).build();
    long sentNanos = calls.timer().nanoTime();
    // To repeat is harmless: a client that nobody knows of ends by itself.
    return calls
        .unary(ClientsGrpc.getNewClientMethod(), request, Repeat.HARMLESS)
        .thenApply(
            answer -> {
              Session session =
                  new Session(
                      calls, answer.getClientId(), answer.getTtlMs(), sentNanos, sessions::remove);
              sessions.add(session);
              session.start();
              return session;
            });
  }

  /** Blocking form of {@link #newSessionAsync}. */
  public Session newSession(Duration ttl, String label) throws InterruptedException {
    return Blocking.await(newSessionAsync(ttl, label));
  }

  /** One page of all clients there are, other programs' sessions among them. */
  public CompletableFuture<ListClientsResponse> listClientsAsync(ListClientsRequest request) {
    return calls.unary(ClientsGrpc.getListClientsMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #listClientsAsync}. */
  public ListClientsResponse listClients(ListClientsRequest request) throws InterruptedException {
    return Blocking.await(listClientsAsync(request));
  }

  /**
   * Closes all sessions, waiting for that for at most the request timeout, and then the
   * connections. Calls that are under way fail, and watches end.
   */
  @Override
  public void close() {
    CompletableFuture<?>[] closing =
        sessions.stream().map(Session::closeAsync).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(closing)
          .handle((done, failure) -> null)
          .completeOnTimeout(null, calls.requestTimeout().toNanos(), TimeUnit.NANOSECONDS)
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      calls.endpoints().close();
      calls.timer().close();
      callbacks.shutdown();
    }
  }

  /** Settings of a {@link MetastoreClient}. Not thread-safe. */
  public static final class Builder {
    private List<String> endpoints = List.of("127.0.0.1:2379");
    private ChannelCredentials credentials = InsecureChannelCredentials.create();
    private BiFunction<String, ChannelCredentials, ManagedChannelBuilder<?>> channels =
        Grpc::newChannelBuilder;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration attemptTimeout = Duration.ofSeconds(3);
    private Duration pingInterval = Duration.ofSeconds(10);
    private int firstEndpoint = -1;
    private Function<Calls, Login> login = calls -> Login.nobody();
    private @Nullable Timer injectedTimer;

    private Builder() {}

    /** {@code HOST:PORT} of the members; default {@code 127.0.0.1:2379}. */
    public Builder endpoints(String... hostsAndPorts) {
      if (hostsAndPorts.length == 0) {
        throw new IllegalArgumentException("no endpoint");
      }
      endpoints = List.of(hostsAndPorts);
      return this;
    }

    /** For TLS, for instance {@code TlsChannelCredentials.create()}; default plain text. */
    public Builder credentials(ChannelCredentials channelCredentials) {
      credentials = requireNonNull(channelCredentials, "channelCredentials");
      return this;
    }

    /**
     * What makes the channel to an endpoint, from gRPC's name of the target and the credentials;
     * default {@code Grpc::newChannelBuilder}. For programs with event loops of their own.
     */
    public Builder channels(
        BiFunction<String, ChannelCredentials, ManagedChannelBuilder<?>> maker) {
      channels = requireNonNull(maker, "maker");
      return this;
    }

    /**
     * How long a call may take, with all its attempts; default 10 s. Waits for locks come on top.
     */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = positive(timeout);
      return this;
    }

    /**
     * How long to wait for one endpoint before another is tried, where that is safe: for a
     * connection, and for the answer to a read; default 3 s.
     */
    public Builder attemptTimeout(Duration timeout) {
      attemptTimeout = positive(timeout);
      return this;
    }

    /**
     * How long a connection with calls under way may be silent before the other side is pinged, and
     * given up if it does not answer within the attempt timeout; default (and least, by gRPC) 10 s.
     */
    public Builder pingInterval(Duration interval) {
      pingInterval = positive(interval);
      return this;
    }

    /**
     * Who calls, where access control is on: the client gets a token when it first needs one, and
     * another when that has ended. Without access control it makes no difference.
     */
    public Builder user(String name, String password) {
      requireNonNull(name, "name");
      requireNonNull(password, "password");
      login = calls -> Login.withPassword(calls, name, password);
      return this;
    }

    /**
     * Who calls, by a token that {@link AccessControl#authenticate} gave: for as long as the
     * servers take it.
     */
    public Builder token(String token) {
      requireNonNull(token, "token");
      login = calls -> Login.withToken(token);
      return this;
    }

    Builder timer(Timer timer) {
      injectedTimer = timer;
      return this;
    }

    Builder firstEndpoint(int number) {
      firstEndpoint = number;
      return this;
    }

    /** Makes the client; nothing is connected yet. */
    public MetastoreClient build() {
      List<Endpoints.Endpoint> connections = new ArrayList<>();
      for (String endpoint : endpoints) {
        ManagedChannel channel =
            channels
                .apply("dns:///" + endpoint, credentials)
                .keepAliveTime(pingInterval.toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(attemptTimeout.toNanos(), TimeUnit.NANOSECONDS)
                // Events of one transaction come in one message, however large.
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        connections.add(new Endpoints.Endpoint(connections.size(), channel));
      }
      ExecutorService callbacks =
          Executors.newCachedThreadPool(
              task -> {
                Thread thread = new Thread(task, "metastore-client-callback");
                thread.setDaemon(true);
                return thread;
              });
      // At random, so that the clients of one configuration spread over the members.
      int first =
          firstEndpoint >= 0
              ? firstEndpoint
              : ThreadLocalRandom.current().nextInt(connections.size());
      Calls calls =
          new Calls(
              new Endpoints(connections, first),
              injectedTimer != null ? injectedTimer : new ThreadTimer(),
              callbacks,
              requestTimeout,
              attemptTimeout,
              Login.nobody());
      return new MetastoreClient(calls.as(login.apply(calls)), callbacks);
    }

    private static Duration positive(Duration duration) {
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException("must be positive: " + duration);
      }
      return duration;
    }
  }
}
