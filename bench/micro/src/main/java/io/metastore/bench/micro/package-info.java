/**
 * What single parts cost, measured by JMH: {@code bench/micro/run [REGEX] [JMH's options]}.
 *
 * <p>Start at {@link io.metastore.bench.micro.ApplyBenchmark}. For questions that a load on a whole
 * server cannot answer; not for numbers to promise.
 */
@NullMarked
package io.metastore.bench.micro;

import org.jspecify.annotations.NullMarked;
