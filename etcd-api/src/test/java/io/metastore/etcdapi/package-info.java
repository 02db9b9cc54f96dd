/**
 * Checks that the wire definitions of {@code third_party/protos} are etcd's.
 *
 * <p>Start at {@link DescriptorsTest}. Tests only: the module's main code is generated, all of it.
 */
@NullMarked
package io.metastore.etcdapi;

import org.jspecify.annotations.NullMarked;
