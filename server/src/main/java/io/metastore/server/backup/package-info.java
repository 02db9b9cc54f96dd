/**
 * Backups of a running member, and members that are made from them.
 *
 * <p>Start at {@link io.metastore.server.backup.Backup}, which describes the files of a backup.
 * Everything blocks; for the main thread of a command.
 */
@NullMarked
package io.metastore.server.backup;

import org.jspecify.annotations.NullMarked;
