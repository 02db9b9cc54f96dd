package io.metastore.client;

/**
 * The call may have been done, or may yet be: its answer was lost. The library does not repeat such
 * calls; look before trying again, or write conditionally.
 */
public final class OutcomeUnknownException extends MetastoreException {
  private static final long serialVersionUID = 1;

  OutcomeUnknownException(MetastoreException cause) {
    super(cause.code(), cause.detail(), "outcome unknown: " + cause.getMessage(), cause);
  }
}
