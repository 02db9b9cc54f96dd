/**
 * Log lines in etcd's formats: by default one JSON object per line, on standard error.
 *
 * <p>Start at {@link io.metastore.server.logging.LogSetup}, which logback finds by itself. Used by
 * all threads that log. Nothing else may write to standard error or output.
 */
@NullMarked
package io.metastore.server.logging;

import org.jspecify.annotations.NullMarked;
