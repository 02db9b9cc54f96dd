/** Tests of flags, environment variables and the resulting configuration. */
@NullMarked
package io.metastore.server.config;

import org.jspecify.annotations.NullMarked;
