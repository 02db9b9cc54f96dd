/**
 * Log lines as etcd writes them: one JSON object each, on standard error.
 *
 * <p>Start at {@link io.metastore.server.logging.LogSetup}, which logback finds by itself. Used by
 * whatever thread logs. Nothing else may write to standard error or output.
 */
@NullMarked
package io.metastore.server.logging;

import org.jspecify.annotations.NullMarked;
