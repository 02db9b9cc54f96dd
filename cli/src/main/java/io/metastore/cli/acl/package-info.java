/**
 * Commands for access control: logging in, users, roles and grants.
 *
 * <p>There is one class per command; {@link io.metastore.cli.acl.AclCommand} lists them. Commands
 * run on the main thread.
 */
@NullMarked
package io.metastore.cli.acl;

import org.jspecify.annotations.NullMarked;
