package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

/**
 * Who makes a call.
 *
 * @param user who need not exist any more
 * @param revision the auth revision up to which that is certain
 */
record Identity(String user, long revision) {
  Identity {
    requireNonNull(user, "user");
  }
}
