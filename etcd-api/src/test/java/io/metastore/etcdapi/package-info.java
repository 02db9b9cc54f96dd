/**
 * Checks that the protobuf files of {@code third_party/protos} match etcd's.
 *
 * <p>Start at {@link DescriptorsTest}. This module has only tests: its main code is generated.
 */
@NullMarked
package io.metastore.etcdapi;

import org.jspecify.annotations.NullMarked;
