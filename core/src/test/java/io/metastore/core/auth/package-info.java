/** Tests of access control's rules. */
@NullMarked
package io.metastore.core.auth;

import org.jspecify.annotations.NullMarked;
