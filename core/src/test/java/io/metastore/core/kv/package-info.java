/** Codecs of versions, byte by byte. How they behave together is tested with the machine. */
@NullMarked
package io.metastore.core.kv;

import org.jspecify.annotations.NullMarked;
