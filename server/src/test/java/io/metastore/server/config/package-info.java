/** Tests of flags, environment and what is made of them. */
@NullMarked
package io.metastore.server.config;

import org.jspecify.annotations.NullMarked;
