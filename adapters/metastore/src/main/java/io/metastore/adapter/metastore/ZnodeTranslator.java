package io.metastore.adapter.metastore;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.CreateZnode;
import io.metastore.api.v1.DeleteZnode;
import io.metastore.api.v1.SetZnode;
import io.metastore.api.v1.Znode;
import io.metastore.api.v1.ZnodeAccess;
import io.metastore.api.v1.ZnodeEvent;
import io.metastore.api.v1.ZnodeRead;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.OpResult.ZnodeResult;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Compare;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.DeleteNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.SetNodeData;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Translates operations, conditions and events of znodes. Their paths are checked by the store. */
final class ZnodeTranslator {
  /** The number of comparisons that every read of a znode is translated to. */
  static final int COMPARES_PER_READ = 3;

  private static final int ANY_VERSION = -1;

  private ZnodeTranslator() {}

  /** Comparisons that hold if the znode has not changed since it was read. */
  static List<Compare> compares(ZnodeRead read) {
    String path = read.getPath();
    if (read.getAbsent()) {
      Compare absent = compare(path, Compare.Target.NODE_EXISTS, 0);
      return List.of(absent, absent, absent);
    }
    Compare created = compare(path, Compare.Target.NODE_CREATED, read.getCreateRevision());
    return List.of(
        created,
        compare(path, Compare.Target.NODE_MODIFIED, read.getModRevision()),
        read.hasChildrenRevision()
            ? compare(path, Compare.Target.NODE_CHILDREN_CHANGED, read.getChildrenRevision())
            : created);
  }

  static Compare compare(String path, Compare.Target target, long number) {
    return Compare.newBuilder()
        .setKey(ByteString.copyFromUtf8(path))
        .setTarget(target)
        .setNumber(number)
        .build();
  }

  static NodeOp toOp(CreateZnode create) {
    CreateNode.Builder node =
        CreateNode.newBuilder().setPath(create.getPath()).setSequential(create.getSequential());
    if (create.hasData()) {
      node.setData(create.getData());
    }
    if (create.getKind() == CreateZnode.Kind.CONTAINER) {
      node.setKind(CreateNode.Kind.CONTAINER);
    }
    if (create.getAccessCount() == 0) {
      node.addAllAcl(ZnodeAcl.OPEN.entries());
    }
    create.getAccessList().forEach(access -> node.addAcl(toEntry(access)));
    return NodeOp.newBuilder().setCreate(node).build();
  }

  private static AclEntry toEntry(ZnodeAccess access) {
    return AclEntry.newBuilder()
        .setPermissions(access.getPermissions())
        .setIdentity(Identity.newBuilder().setScheme(access.getScheme()).setId(access.getId()))
        .build();
  }

  static NodeOp toOp(SetZnode set) {
    SetNodeData.Builder node =
        SetNodeData.newBuilder()
            .setPath(set.getPath())
            .setVersion(set.hasVersion() ? set.getVersion() : ANY_VERSION);
    if (set.hasData()) {
      node.setData(set.getData());
    }
    return NodeOp.newBuilder().setSetData(node).build();
  }

  static NodeOp toOp(DeleteZnode delete) {
    return NodeOp.newBuilder()
        .setDelete(
            DeleteNode.newBuilder()
                .setPath(delete.getPath())
                .setVersion(delete.hasVersion() ? delete.getVersion() : ANY_VERSION))
        .build();
  }

  static List<String> createdPaths(List<OpResult> results) {
    return results.stream()
        .map(ZnodeTranslator::findCreatedPath)
        .filter(Objects::nonNull)
        .map(Objects::requireNonNull)
        .toList();
  }

  /** The path of the znode that an operation created; null if it created none. */
  static @Nullable String findCreatedPath(OpResult result) {
    return result instanceof ZnodeResult done ? done.node().path() : null;
  }

  static Znode.Builder toWire(String path, ZnodeStat stat) {
    return Znode.newBuilder()
        .setPath(path)
        .setCreateRevision(stat.created())
        .setModRevision(stat.modified())
        .setChildrenRevision(stat.childrenChanged())
        .setCreatedMs(stat.createdMs())
        .setModifiedMs(stat.modifiedMs())
        .setVersion(stat.version())
        .setChildrenVersion(stat.childVersion())
        .setAclVersion(stat.aclVersion())
        .setSessionId(stat.session())
        .setDataSize(stat.dataLength())
        .setChildren(stat.children());
  }

  static ZnodeEvent toWire(TreeEvent event) {
    return ZnodeEvent.newBuilder()
        .setKind(
            switch (event.kind()) {
              case CREATED -> ZnodeEvent.Kind.CREATED;
              case DELETED -> ZnodeEvent.Kind.DELETED;
              case DATA_CHANGED -> ZnodeEvent.Kind.DATA_CHANGED;
              case CHILDREN_CHANGED -> ZnodeEvent.Kind.CHILDREN_CHANGED;
            })
        .setPath(event.path())
        .setRevision(event.revision())
        .build();
  }
}
