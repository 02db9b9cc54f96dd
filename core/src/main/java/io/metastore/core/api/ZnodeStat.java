package io.metastore.core.api;

/**
 * The metadata of a znode, as ZooKeeper's {@code Stat}.
 *
 * @param created revision at which the node was created
 * @param modified revision at which its data was last set
 * @param childrenChanged revision at which a child was last created or deleted
 * @param createdMs when the node was created, in milliseconds since 1970 by the leader's clock
 * @param modifiedMs when its data was last set
 * @param version how often its data was set
 * @param childVersion how often a child was created or deleted
 * @param aclVersion how often its access list was set
 * @param session ID of the session that owns an ephemeral node; else 0
 * @param dataLength in bytes
 * @param children number of children
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
