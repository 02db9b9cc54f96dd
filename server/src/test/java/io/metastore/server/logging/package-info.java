/** Tests of the log lines. */
@NullMarked
package io.metastore.server.logging;

import org.jspecify.annotations.NullMarked;
