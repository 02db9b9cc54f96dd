/** The commands, against a server of the tests' own. */
@NullMarked
package io.metastore.cli;

import org.jspecify.annotations.NullMarked;
