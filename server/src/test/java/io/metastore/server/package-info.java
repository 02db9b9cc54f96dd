/** Tests of the process: its launchers, its start and its stop. */
@NullMarked
package io.metastore.server;

import org.jspecify.annotations.NullMarked;
