/**
 * Micro-benchmarks with JMH: {@code bench/micro/run [REGEX] [JMH options]}.
 *
 * <p>Start at {@link io.metastore.bench.micro.ApplyBenchmark}. They answer questions that a load on
 * a whole server cannot; their figures are not performance claims.
 */
@NullMarked
package io.metastore.bench.micro;

import org.jspecify.annotations.NullMarked;
