package io.metastore.core.api;

import java.io.Serial;

/**
 * A request failed because of the disk, the network or another member. The subclass tells what the
 * caller knows about the request.
 *
 * <p>These exceptions carry no stack trace, because many are created at once when a leader is lost.
 */
public abstract sealed class StoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private StoreException(String message) {
    super(message, null, false, false);
  }

  /** The command may have been committed, or may still be. Repeating it may apply it twice. */
  public static final class OutcomeUnknown extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why the outcome is unknown. */
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

  /** The request was certainly not done. */
  public static final class NotServed extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why the request was not done. */
    public enum Reason {
      /** No leader was found within the request timeout. */
      NO_LEADER,
      /** This member has not been given a cluster yet. */
      NO_CLUSTER,
      /** The leader changed before it confirmed a read. */
      LEADER_CHANGED,
      /** The leader did not confirm a read or a keep-alive within the request timeout. */
      TIMEOUT,
      /** There was no memory for the answer within the request timeout. */
      NO_MEMORY,
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

  /** The members cannot be changed in this way or at this time; nothing was changed. */
  public static final class ChangeRefused extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    /** Why the change was refused. */
    public enum Reason {
      /** The request contradicts itself or the cluster's current members. */
      BAD_REQUEST,
      /** No member has this ID. */
      UNKNOWN_MEMBER,
      /** A present or removed member has the ID of the new one. */
      ID_EXISTS,
      /** The member to be promoted is a voter. */
      NOT_LEARNER,
      /** The member to be promoted has not received enough of the log. */
      NOT_CAUGHT_UP,
      /** The cluster has as many learners as its settings allow. */
      TOO_MANY_LEARNERS,
      /** The member that was asked, or one named in the request, already belongs to a cluster. */
      ALREADY_MEMBER,
      /** Another change is in progress. */
      IN_PROGRESS,
      /** After the change, too few of the voters would ever have been started. */
      NOT_STARTED,
      /** The members that can be reached would not be a majority, or a voter cannot be reached. */
      UNSAFE
    }

    private final ChangeRefused.Reason reason;
    private final String about;

    /**
     * @param why explanation for people
     */
    public ChangeRefused(ChangeRefused.Reason reason, String why) {
      this(reason, "", why);
    }

    /**
     * @param about the field of the request that is wrong, such as {@code member.name}; empty if
     *     the request itself is not at fault
     * @param why explanation for people
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

  /** A bounded queue is full. The request was certainly not done and may be retried later. */
  public static final class Overloaded extends StoreException {
    @Serial private static final long serialVersionUID = 1L;

    public Overloaded(String what) {
      super("overloaded: " + what);
    }
  }
}
