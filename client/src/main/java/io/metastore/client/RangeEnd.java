package io.metastore.client;

/**
 * The end of a range read.
 *
 * @param revision that all entries were read at
 * @param more whether the request's limit kept keys back
 */
public record RangeEnd(long revision, boolean more) {}
