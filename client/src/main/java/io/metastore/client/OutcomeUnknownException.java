package io.metastore.client;

/**
 * No reply was received, so the call may have taken effect or may still do so. The library does not
 * retry such calls. Read the state before you retry, or use conditional writes.
 */
public final class OutcomeUnknownException extends MetastoreException {
  private static final long serialVersionUID = 1;

  OutcomeUnknownException(MetastoreException cause) {
    super(cause.code(), cause.detail(), "outcome unknown: " + cause.getMessage(), cause);
  }
}
