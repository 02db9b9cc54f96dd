package io.metastore.core.api;

/**
 * What ZooKeeper tells of a node.
 *
 * @param created revision that created it
 * @param modified revision that set its data
 * @param childrenChanged revision that last created or deleted a child
 * @param createdMs when it was created, in milliseconds since 1970 by the leader's clock
 * @param modifiedMs when its data was set
 * @param version how often its data was set
 * @param childVersion how often a child was created or deleted
 * @param aclVersion how often its access list was set
 * @param session the session that an ephemeral node ends with; else 0
 * @param dataLength in bytes
 * @param children how many there are
 */
public record ZnodeStat(
    long created,
    long modified,
    long createdMs,
    long modifiedMs,
    int version,
    int childVersion,
    int aclVersion,
    long session,
    int dataLength,
    int children,
    long childrenChanged) {}
