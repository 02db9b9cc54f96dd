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
 * What one call may do, and on which rules that was decided. Its service finds it in the gRPC
 * context; a call that came while access control was off has none. Thread-safe.
 */
public final class CallAccess {
  private static final Context.Key<CallAccess> KEY = Context.key("access");

  /**
   * How often one command is decided on again because the rules have changed before its turn. Each
   * time somebody's change of the rules was done, so even many administrators at once get theirs
   * done.
   */
  private static final int DECISIONS_MAX = 1000;

  /** Who makes the call. */
  public interface Caller {
    /** Whether newer rules than this member has may tell who calls. */
    boolean isNamed();

    /** The caller's user by these rules, which have permitted the call; null if nobody's. */
    @Nullable String findUser(AccessRules rules);
  }

  private final Metastore metastore;
  private final Caller caller;
  private volatile @Nullable Demand demand;

  /** Of the last decision that permitted something; null before. */
  private volatile @Nullable AccessRules checked;

  private volatile @Nullable StatusRuntimeException refusal;

  public CallAccess(Metastore metastore, Caller caller) {
    this.metastore = metastore;
    this.caller = caller;
  }

  /** The context in which the call's service is to run. */
  Context inContext() {
    return Context.current().withValue(KEY, this);
  }

  /** Of the call at hand, to be asked for within the service method; null if there is none. */
  public static @Nullable CallAccess ofCall(Metastore metastore) {
    return metastore.access().enabled() ? KEY.get() : null;
  }

  /** Of the stream at hand, whether access control is on yet or not; null if there is none. */
  public static @Nullable CallAccess ofStream() {
    return KEY.get();
  }

  /** Why the last request was refused; null if it was not. */
  public @Nullable StatusRuntimeException refusal() {
    return refusal;
  }

  /**
   * Decides on a request.
   *
   * @return why the call is refused, or null
   */
  public @Nullable StatusRuntimeException findRefusal(Demand asked) {
    demand = asked;
    return findRefusal();
  }

  /** Decides once more, on the rules of now. */
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
   * Decides whether an answer may leave, if the rules have changed since the request was looked at.
   * What was changed is told in any case, and a service that tells refusals looks to its answers.
   */
  @Nullable StatusRuntimeException findRefusalOfAnswer() {
    Demand asked = demand;
    boolean decided = asked == null || asked.changes() || asked.refusedByService();
    return decided || metastore.access() == checked ? null : findRefusal();
  }

  /** The user who makes the call, by the rules that have permitted it; null if nobody knows. */
  public @Nullable String user() {
    AccessRules rules = checked;
    return rules == null || !rules.enabled() ? null : caller.findUser(rules);
  }

  /**
   * Whose rights are to be asked for where it is not known before which keys they are about; empty
   * if everything is permitted to the caller.
   */
  public String author() {
    AccessRules rules = checked;
    String user = user();
    UserView known = rules == null || user == null ? null : rules.findUser(user);
    return user == null || (known != null && known.isRoot()) ? "" : user;
  }

  /** Submits the command of the call at hand; within the service method. */
  public static CompletableFuture<Outcome> submit(Metastore metastore, Command command) {
    return submit(metastore, ofCall(metastore), command);
  }

  /**
   * Submits a command of a call; if the rules change before its turn the call is decided anew.
   *
   * @param access as {@link #ofCall} gave it
   */
  public static CompletableFuture<Outcome> submit(
      Metastore metastore, @Nullable CallAccess access, Command command) {
    return access == null ? metastore.submit(command) : access.submit(command, DECISIONS_MAX);
  }

  /**
   * Queues for a lock as the call may; that is decided on once only.
   *
   * @param access as {@link #ofCall} gave it
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
