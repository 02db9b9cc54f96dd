/**
 * Commands about who may do what: logging in, users, roles and grants.
 *
 * <p>One class per command, below {@link io.metastore.cli.acl.AclCommand}. Run on the main thread.
 */
@NullMarked
package io.metastore.cli.acl;

import org.jspecify.annotations.NullMarked;
