/** Tests of the process: launchers, start and stop. */
@NullMarked
package io.metastore.server;

import org.jspecify.annotations.NullMarked;
