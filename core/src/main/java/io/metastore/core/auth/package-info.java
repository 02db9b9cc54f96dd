/**
 * Users, roles, and what they may do with which keys.
 *
 * <p>Start at {@link io.metastore.core.auth.AuthTable} for what is stored, at {@link
 * io.metastore.core.auth.AuthChanges} for what changes it, at {@link io.metastore.core.auth.Rules}
 * for what is asked of it. Written by the apply thread only; any thread may ask rules. Nothing here
 * knows a client protocol, nor hashes a password.
 */
@NullMarked
package io.metastore.core.auth;

import org.jspecify.annotations.NullMarked;
