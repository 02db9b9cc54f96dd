/**
 * Tells watchers what changed, in order and without gaps, at the reader's own pace.
 *
 * <p>Start at {@link io.metastore.core.watch.WatchHub}. The apply thread hands it every entry's
 * events and never waits; one thread of its own does the rest; adapters take messages from a {@link
 * io.metastore.core.api.WatchStream} on any thread.
 */
@NullMarked
package io.metastore.core.watch;

import org.jspecify.annotations.NullMarked;
