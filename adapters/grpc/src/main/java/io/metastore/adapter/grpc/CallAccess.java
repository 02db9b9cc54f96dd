package io.metastore.adapter.grpc;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.FailureCode;
import io.metastore.core.api.LockWait;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.UserView;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.Command;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Authorizes one call, and remembers the access rules used for the decision. The call's service
 * finds it in the gRPC context; a call that arrived while access control was off has none.
 * Thread-safe.
 */
public final class CallAccess {
  private static final Context.Key<CallAccess> KEY = Context.key("access");

  /**
   * How often a command is authorized again because the rules changed before it was applied. Each
   * retry means that somebody's change of the rules succeeded, so the limit is reached only under a
   * flood of such changes.
   */
  private static final int DECISIONS_MAX = 1000;

  /** The sender of the call. */
  public interface Caller {
    /** Whether the call carries credentials that newer rules than this member's may recognize. */
    boolean isNamed();

    /**
     * The caller's user according to these rules, which have permitted the call; null if there is
     * none.
     */
    @Nullable String findUser(AccessRules rules);
  }

  private final Metastore metastore;
  private final Caller caller;
  private volatile @Nullable Demand demand;

  /** The rules of the last decision that permitted a request; null before the first. */
  private volatile @Nullable AccessRules checked;

  private volatile @Nullable StatusRuntimeException refusal;

  public CallAccess(Metastore metastore, Caller caller) {
    this.metastore = metastore;
    this.caller = caller;
  }

  /** The context in which the call's service runs. */
  Context inContext() {
    return Context.current().withValue(KEY, this);
  }

  /**
   * The access of the current call if access control is on; null otherwise. Called within the
   * service method.
   */
  public static @Nullable CallAccess ofCall(Metastore metastore) {
    return metastore.access().enabled() ? KEY.get() : null;
  }

  /**
   * The access of the current stream, whether or not access control is on; null if there is none.
   */
  public static @Nullable CallAccess ofStream() {
    return KEY.get();
  }

  /** Why the last request was refused; null if it was permitted. */
  public @Nullable StatusRuntimeException refusal() {
    return refusal;
  }

  /**
   * Authorizes a request.
   *
   * @return why the call is refused, or null
   */
  public @Nullable StatusRuntimeException findRefusal(Demand asked) {
    demand = asked;
    return findRefusal();
  }

  /** Authorizes the last request again with the current rules. */
  @Nullable StatusRuntimeException findRefusal() {
    AccessRules rules = metastore.access();
    Demand asked = demand;
    StatusRuntimeException found =
        rules.enabled() && asked != null ? asked.findRefusal(rules) : null;
    if (found == null) {
      checked = rules;
    }
    refusal = found;
    return found;
  }

  boolean isNamed() {
    return caller.isNamed();
  }

  /**
   * Checks whether a response may be sent, if the rules have changed since the request was
   * authorized. The response to a change is always sent, and a service that handles refusals itself
   * checks its own responses.
   */
  @Nullable StatusRuntimeException findRefusalOfAnswer() {
    Demand asked = demand;
    boolean decided = asked == null || asked.changes() || asked.refusedByService();
    return decided || metastore.access() == checked ? null : findRefusal();
  }

  /** The caller's user, by the rules that permitted the call; null without one. */
  public @Nullable String user() {
    AccessRules rules = checked;
    return rules == null || !rules.enabled() ? null : caller.findUser(rules);
  }

  /**
   * The user whose permissions must be checked when the keys become known only later; empty if the
   * caller may do everything.
   */
  public String author() {
    AccessRules rules = checked;
    String user = user();
    UserView known = rules == null || user == null ? null : rules.findUser(user);
    return user == null || (known != null && known.isRoot()) ? "" : user;
  }

  /** Submits the command of the current call. Called within the service method. */
  public static CompletableFuture<Outcome> submit(Metastore metastore, Command command) {
    return submit(metastore, ofCall(metastore), command);
  }

  /**
   * Submits a command of a call. If the rules change before the command is applied, the call is
   * authorized again.
   *
   * @param access from {@link #ofCall}
   */
  public static CompletableFuture<Outcome> submit(
      Metastore metastore, @Nullable CallAccess access, Command command) {
    return access == null ? metastore.submit(command) : access.submit(command, DECISIONS_MAX);
  }

  /**
   * Queues for a lock. The call is authorized only once.
   *
   * @param access from {@link #ofCall}
   */
  public static LockWait acquire(
      Metastore metastore, @Nullable CallAccess access, Acquire acquire) {
    Command command = Command.newBuilder().setAcquire(acquire).build();
    return metastore.acquire(access == null ? command : access.signed(command));
  }

  private CompletableFuture<Outcome> submit(Command command, int decisionsLeft) {
    return metastore
        .submit(signed(command))
        .thenCompose(
            outcome -> {
              if (decisionsLeft == 0 || !isOutdated(outcome)) {
                return CompletableFuture.completedFuture(outcome);
              }
              StatusRuntimeException found = findRefusal();
              return found == null
                  ? submit(command, decisionsLeft - 1)
                  : CompletableFuture.failedFuture(found);
            });
  }

  private Command signed(Command command) {
    AccessRules rules = checked;
    return rules == null || !rules.enabled()
        ? command
        : command.toBuilder().setAuthRevision(rules.revision()).setAuthor(author()).build();
  }

  private static boolean isOutdated(Outcome outcome) {
    return outcome instanceof Outcome.Failed failed
        && failed.failure().code() == FailureCode.AUTH_CHANGED;
  }
}
