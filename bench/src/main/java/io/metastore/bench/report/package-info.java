/**
 * The results of measurements: as values, as text tables, and as JSON.
 *
 * <p>Start at {@link io.metastore.bench.report.Result}. Everything is immutable; any thread may use
 * it. Nothing here measures.
 */
@NullMarked
package io.metastore.bench.report;

import org.jspecify.annotations.NullMarked;
