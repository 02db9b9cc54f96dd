package io.metastore.client;

/** When an attempt that gets no answer may be repeated. */
enum Repeat {
  /** A read: repeated after a failure and when it is slow. */
  READ,
  /** A write that is safe to repeat: repeated after a failure, but not because it is slow. */
  HARMLESS,
  /** Any other write: repeated only if it surely had no effect. */
  WRITE
}
