package io.metastore.core.api;

import java.io.Serial;

/**
 * The world failed, and the subclass says what the caller knows about its request.
 *
 * <p>These end futures, many at a time when a leader is lost, so they carry no stack trace.
 */
public abstract sealed class StoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private StoreException(String message) {
    super(message, null, false, false);
  }

  /** The command may have been committed or may yet be; repeating it may do it twice. */
  public static final class OutcomeUnknown extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** What kept the answer away. */
    public enum Reason {
      TIMEOUT,
      LEADER_FAILED,
      CONNECTION_LOST
    }

    private final OutcomeUnknown.Reason reason;

    public OutcomeUnknown(OutcomeUnknown.Reason reason) {
      super("outcome unknown: " + reason);
      this.reason = reason;
    }

    public OutcomeUnknown.Reason reason() {
      return reason;
    }
  }

  /** The request was surely not done. */
  public static final class NotServed extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Reason {
      /** No leader was found within the request timeout. */
      NO_LEADER,
      /** This member waits to be given a cluster. */
      NO_CLUSTER,
      /** The leader changed while a read waited for its confirmation. */
      LEADER_CHANGED,
      /** A read was not confirmed within the request timeout. */
      TIMEOUT,
      /** This member is shutting down. */
      STOPPED
    }

    private final NotServed.Reason reason;

    public NotServed(NotServed.Reason reason) {
      super("not served: " + reason);
      this.reason = reason;
    }

    public NotServed.Reason reason() {
      return reason;
    }
  }

  /** The members cannot be changed like that, or not now; nothing was done. */
  public static final class ChangeRefused extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Reason {
      /** What was asked for contradicts itself, or what the members are. */
      BAD_REQUEST,
      /** No member has this id. */
      UNKNOWN_MEMBER,
      /** The asked or the named member belongs to a cluster already. */
      ALREADY_MEMBER,
      /** Another change is under way. */
      IN_PROGRESS,
      /** With the members that answer, the cluster could be left without a majority. */
      UNSAFE
    }

    private final ChangeRefused.Reason reason;
    private final String about;

    /**
     * @param why for people
     */
    public ChangeRefused(ChangeRefused.Reason reason, String why) {
      this(reason, "", why);
    }

    /**
     * @param about the part of the request that is wrong, such as {@code member.name}; empty if it
     *     is no fault of the request
     * @param why for people
     */
    public ChangeRefused(ChangeRefused.Reason reason, String about, String why) {
      super(why);
      this.reason = reason;
      this.about = about;
    }

    public String about() {
      return about;
    }

    public ChangeRefused.Reason reason() {
      return reason;
    }
  }

  /** A bounded queue was full; the request was surely not done and may be tried again later. */
  public static final class Overloaded extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    public Overloaded(String what) {
      super("overloaded: " + what);
    }
  }
}
