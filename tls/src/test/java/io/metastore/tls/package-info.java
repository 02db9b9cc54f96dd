@NullMarked
package io.metastore.tls;

import org.jspecify.annotations.NullMarked;
