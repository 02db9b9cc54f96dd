package io.metastore.client;

/**
 * The end of a range read.
 *
 * @param revision the revision at which all entries were read
 * @param more whether there are more keys than the request's limit
 */
public record RangeEnd(long revision, boolean more) {}
