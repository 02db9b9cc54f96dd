/**
 * Sends watchers the changes that they watch: in order, without gaps, at each reader's own pace.
 *
 * <p>Start at {@link io.metastore.core.watch.WatchHub}. The apply thread passes it the events of
 * every entry and never waits; the thread {@code watch} does the rest; adapters take messages from
 * a {@link io.metastore.core.api.WatchStream} on any thread.
 */
@NullMarked
package io.metastore.core.watch;

import org.jspecify.annotations.NullMarked;
