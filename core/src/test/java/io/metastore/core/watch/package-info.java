/**
 * The hub over a real machine: every watcher gets what happened, once, in order, at its own pace.
 */
@NullMarked
package io.metastore.core.watch;

import org.jspecify.annotations.NullMarked;
