/** Codecs and cursors against models; the database against crashes. */
@NullMarked
package io.metastore.core.storage;

import org.jspecify.annotations.NullMarked;
