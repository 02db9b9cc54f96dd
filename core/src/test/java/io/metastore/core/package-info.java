/** Rules that apply to all packages of the core. */
@NullMarked
package io.metastore.core;

import org.jspecify.annotations.NullMarked;
