/**
 * Tests of permissions, against our server and against a real etcd.
 *
 * <p>Start at {@link io.metastore.compat.auth.PermissionMatrixTest}.
 */
@NullMarked
package io.metastore.compat.auth;

import org.jspecify.annotations.NullMarked;
