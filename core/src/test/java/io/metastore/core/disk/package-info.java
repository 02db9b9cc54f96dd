/** Tests of full disks, partly on real file systems of a small size. */
@NullMarked
package io.metastore.core.disk;

import org.jspecify.annotations.NullMarked;
