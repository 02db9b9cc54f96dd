package io.metastore.client;

/** What may be done about an attempt of a call whose answer does not come. */
enum Repeat {
  /** Changes nothing: given up when slow, and repeated. */
  READ,
  /** To do it twice is as good as once: repeated when it broke, but waited for while it did not. */
  HARMLESS,
  /** Repeated only if it was surely not done. */
  WRITE
}
