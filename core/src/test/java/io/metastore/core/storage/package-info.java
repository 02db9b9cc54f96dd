/** Tests of codecs and cursors against models, and of the database against crashes. */
@NullMarked
package io.metastore.core.storage;

import org.jspecify.annotations.NullMarked;
