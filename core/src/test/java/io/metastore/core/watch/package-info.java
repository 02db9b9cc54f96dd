/**
 * Tests of the hub with a real machine: every watcher receives all events once, in order, at its
 * own pace.
 */
@NullMarked
package io.metastore.core.watch;

import org.jspecify.annotations.NullMarked;
