package io.metastore.bench.load;

/** Supplies the requests of one logical client, one at a time. */
interface RequestSource {
  /**
   * The request of operation {@code ticket}, valid until the next call.
   *
   * @param ticket number of the operation among those of all clients, from 0
   */
  Payload next(long ticket);
}
