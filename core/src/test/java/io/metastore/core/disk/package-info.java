/** The leader's clock over the leases, with time and proposals in the test's hand. */
@NullMarked
package io.metastore.core.disk;

import org.jspecify.annotations.NullMarked;
