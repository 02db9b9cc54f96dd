/** Tests of whole members: real Raft, real tables, real ports on the loopback address. */
@NullMarked
package io.metastore.core.node;

import org.jspecify.annotations.NullMarked;
