/**
 * Tests with an unmodified Java client, one behaviour per test.
 *
 * <p>Start at {@link JetcdSuite}. All suites share one server with a single member.
 */
@NullMarked
package io.metastore.compat.jetcd;

import org.jspecify.annotations.NullMarked;
