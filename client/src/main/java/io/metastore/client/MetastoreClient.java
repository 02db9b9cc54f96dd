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
 * The client of a Metastore cluster. Create one for the whole program: it is thread-safe, connects
 * when it is first used, and switches to another endpoint when one fails.
 *
 * <pre>{@code
 * try (MetastoreClient client =
 *     MetastoreClient.builder().endpoints("127.0.0.1:2379").build()) {
 *   client.keyValue().put("/app/greeting", "hello");
 *   Entry entry = client.keyValue().find("/app/greeting");
 * }
 * }</pre>
 *
 * <p>Failed calls are retried only where that is safe: reads, calls that can be repeated without
 * harm, and writes that surely had no effect. Other writes without a reply fail with {@link
 * OutcomeUnknownException}. All other failures are a {@link MetastoreException}.
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

  /** A builder with default settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** Reads, writes and watches. */
  public KeyValue keyValue() {
    return keyValue;
  }

  /** Queries locks. To acquire locks, start a {@linkplain #newSession session}. */
  public Locks locks() {
    return locks;
  }

  /** Cluster membership and status. */
  public Cluster cluster() {
    return cluster;
  }

  /** Reads and watches znodes. To write them, use {@link #transactions}. */
  public Znodes znodes() {
    return new Znodes(calls);
  }

  /** Users, roles and permissions. */
  public AccessControl accessControl() {
    return accessControl;
  }

  /** Transactions over several keys and znodes, with the default limit of attempts. */
  public Transactions transactions() {
    return new Transactions(calls, Transactions.DEFAULT_ATTEMPTS);
  }

  /**
   * Starts a session, which owns ephemeral keys and locks.
   *
   * @param ttl how long the session outlives its last renewal; rounded up to whole seconds and
   *     raised to the minimum of the cluster
   * @param label describes the session to users, for instance {@code host:pid:program}
   */
  public CompletableFuture<Session> newSessionAsync(Duration ttl, String label) {
    NewClientRequest request =
        NewClientRequest.newBuilder().setTtlMs(ttl.toMillis()).setLabel(label).build();
    long sentNanos = calls.timer().nanoTime();
    // Repeating the call is safe: a client that nobody renews ends by itself.
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

  /** One page of all clients, including the sessions of other programs. */
  public CompletableFuture<ListClientsResponse> listClientsAsync(ListClientsRequest request) {
    return calls.unary(ClientsGrpc.getListClientsMethod(), request, Repeat.READ);
  }

  /** Blocking form of {@link #listClientsAsync}. */
  public ListClientsResponse listClients(ListClientsRequest request) throws InterruptedException {
    return Blocking.await(listClientsAsync(request));
  }

  /**
   * Closes all sessions, waiting for at most the request timeout, and then the connections. Running
   * calls fail, and watches end.
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

    /** The members' addresses as {@code HOST:PORT}; default {@code 127.0.0.1:2379}. */
    public Builder endpoints(String... hostsAndPorts) {
      if (hostsAndPorts.length == 0) {
        throw new IllegalArgumentException("no endpoints");
      }
      endpoints = List.of(hostsAndPorts);
      return this;
    }

    /**
     * Credentials for TLS, for instance {@code TlsChannelCredentials.create()}; the default is
     * plain text.
     */
    public Builder credentials(ChannelCredentials channelCredentials) {
      credentials = requireNonNull(channelCredentials, "channelCredentials");
      return this;
    }

    /**
     * Creates the channel to an endpoint from its gRPC target name and the credentials; default
     * {@code Grpc::newChannelBuilder}. For programs that use their own event loops.
     */
    public Builder channels(
        BiFunction<String, ChannelCredentials, ManagedChannelBuilder<?>> maker) {
      channels = requireNonNull(maker, "maker");
      return this;
    }

    /**
     * The time limit of a call including all its attempts; default 10 s. Waiting for a lock is not
     * included.
     */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = positive(timeout);
      return this;
    }

    /**
     * How long to wait for one endpoint before trying another, where that is safe: for a
     * connection, and for the answer to a read; default 3 s.
     */
    public Builder attemptTimeout(Duration timeout) {
      attemptTimeout = positive(timeout);
      return this;
    }

    /**
     * How long a connection with running calls may be silent before a ping is sent. If the ping is
     * not answered within the attempt timeout, the connection is closed. The default, and gRPC's
     * minimum, is 10 s.
     */
    public Builder pingInterval(Duration interval) {
      pingInterval = positive(interval);
      return this;
    }

    /**
     * Logs in as this user if access control is on. The client obtains a token when it first needs
     * one, and a new one when the token has expired. Has no effect while access control is off.
     */
    public Builder user(String name, String password) {
      requireNonNull(name, "name");
      requireNonNull(password, "password");
      login = calls -> Login.withPassword(calls, name, password);
      return this;
    }

    /**
     * Authenticates with a token from {@link AccessControl#authenticate}, for as long as the
     * servers accept it.
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

    /** Creates the client. It connects when it is first used. */
    public MetastoreClient build() {
      List<Endpoints.Endpoint> connections = new ArrayList<>();
      for (String endpoint : endpoints) {
        ManagedChannel channel =
            channels
                .apply("dns:///" + endpoint, credentials)
                .keepAliveTime(pingInterval.toNanos(), TimeUnit.NANOSECONDS)
                .keepAliveTimeout(attemptTimeout.toNanos(), TimeUnit.NANOSECONDS)
                // All events of one transaction come in one message, however large.
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
      // The first endpoint is random, so that clients with the same configuration spread over the
      // members.
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
      return new MetastoreClient(calls.withLogin(login.apply(calls)), callbacks);
    }

    private static Duration positive(Duration duration) {
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException("must be positive: " + duration);
      }
      return duration;
    }
  }
}
