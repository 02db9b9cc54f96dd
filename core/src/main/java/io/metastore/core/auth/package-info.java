/**
 * Users, roles and their permissions on keys.
 *
 * <p>Start at {@link io.metastore.core.auth.AuthTable} for what is stored, at {@link
 * io.metastore.core.auth.AuthChanges} for changes, and at {@link io.metastore.core.auth.Rules} for
 * permission checks. Written by the apply thread only; rules may be read by any thread. Nothing
 * here knows a client protocol or hashes a password.
 */
@NullMarked
package io.metastore.core.auth;

import org.jspecify.annotations.NullMarked;
