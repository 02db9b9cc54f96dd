package io.metastore.adapter.etcd;

import static java.util.Objects.requireNonNull;

/**
 * An authenticated user.
 *
 * @param user may have been deleted since
 * @param revision the auth revision at which the user was authenticated
 */
record Identity(String user, long revision) {
  Identity {
    requireNonNull(user, "user");
  }
}
