/**
 * Tests of the codecs, byte by byte. How versions, history and change log work together is tested
 * in the package of the state machine.
 */
@NullMarked
package io.metastore.core.kv;

import org.jspecify.annotations.NullMarked;
