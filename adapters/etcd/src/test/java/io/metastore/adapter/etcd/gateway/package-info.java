/** Tests of the JSON gateway. */
@NullMarked
package io.metastore.adapter.etcd.gateway;

import org.jspecify.annotations.NullMarked;
