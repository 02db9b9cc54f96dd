@NullMarked
package io.metastore.adapter.metastore;

import org.jspecify.annotations.NullMarked;
