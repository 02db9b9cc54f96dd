/** Tests of the commands against a server that the tests start. */
@NullMarked
package io.metastore.cli;

import org.jspecify.annotations.NullMarked;
