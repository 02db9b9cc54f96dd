/**
 * What a measurement found, as values, as a table for people and as JSON for machines.
 *
 * <p>Start at {@link io.metastore.bench.report.Result}. Everything is immutable; any thread may use
 * it. Nothing here measures.
 */
@NullMarked
package io.metastore.bench.report;

import org.jspecify.annotations.NullMarked;
