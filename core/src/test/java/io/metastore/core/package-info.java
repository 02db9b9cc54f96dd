/** The rules that hold over all packages of the core. */
@NullMarked
package io.metastore.core;

import org.jspecify.annotations.NullMarked;
