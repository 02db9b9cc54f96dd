/** Tests of the access rules. */
@NullMarked
package io.metastore.core.auth;

import org.jspecify.annotations.NullMarked;
