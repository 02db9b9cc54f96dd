/**
 * What an unmodified Java client sees, one behaviour per test.
 *
 * <p>Start at {@link JetcdSuite}. Every suite runs against one member that all of them share.
 */
@NullMarked
package io.metastore.compat.jetcd;

import org.jspecify.annotations.NullMarked;
