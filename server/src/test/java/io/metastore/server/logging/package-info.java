/** Tests of log lines and log files. */
@NullMarked
package io.metastore.server.logging;

import org.jspecify.annotations.NullMarked;
