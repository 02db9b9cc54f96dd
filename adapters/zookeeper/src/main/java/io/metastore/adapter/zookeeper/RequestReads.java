package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.adapter.zookeeper.wire.WatchType;
import io.metastore.core.api.ReadView;

/** Prepares the answers to the requests of one client that change nothing. */
final class RequestReads {
  private final WatchTable watches;
  private final Watcher watcher;
  private final ClientIdentities identities;

  RequestReads(WatchTable watches, Watcher watcher, ClientIdentities identities) {
    this.watches = watches;
    this.watcher = watcher;
    this.identities = identities;
  }

  /** The answer to a read or a sync. Valid until the view is closed. */
  ReadAnswer prepare(Request request, ReadView view) {
    if (request instanceof Request.Sync sync) {
      return ReadAnswer.of(out -> out.string(sync.path()));
    }
    if (view.findCorruption() != null && !(request instanceof Request.Ping)) {
      return ReadAnswer.error(ErrorCode.DATA_INCONSISTENCY);
    }
    TreeReads reads = new TreeReads(view.tree(), identities.all(), watcher.session());
    // Java 17 has no switch over types.
    Request.Read read = (Request.Read) request;
    if (read instanceof Request.Exists exists) {
      return reads.exists(exists);
    } else if (read instanceof Request.GetData get) {
      return reads.data(get);
    } else if (read instanceof Request.GetChildren get) {
      return reads.children(get);
    } else if (read instanceof Request.GetAcl get) {
      return reads.acl(get);
    } else if (read instanceof Request.CountDescendants count) {
      return reads.countDescendants(count);
    } else if (read instanceof Request.GetEphemerals get) {
      return reads.ephemerals(get);
    } else if (read instanceof Request.MultiRead multi) {
      return reads.multi(multi);
    } else if (read instanceof Request.WhoAmI) {
      return reads.whoAmI();
    } else if (read instanceof Request.AddWatch add) {
      return ReadAnswer.of(out -> out.int32(ErrorCode.OK))
          .arming(add.recursive() ? WatchKind.RECURSIVE : WatchKind.PERSISTENT, add.path());
    } else if (read instanceof Request.RemoveWatches remove) {
      return removeWatches(remove);
    } else if (read instanceof Request.SetWatches set) {
      RestoredWatches restored = RestoredWatches.of(set, view.tree());
      return new ReadAnswer(ErrorCode.OK, restored.armed(), restored.missed(), false, out -> {});
    }
    return ReadAnswer.of(out -> {}); // a ping
  }

  private ReadAnswer removeWatches(Request.RemoveWatches remove) {
    int kinds = kinds(remove.type());
    boolean any =
        remove.onlyCheck()
            ? (watches.kinds(watcher, remove.path()) & kinds) != 0
            : watches.disarm(watcher, remove.path(), kinds);
    return any ? ReadAnswer.of(out -> {}) : ReadAnswer.error(ErrorCode.NO_WATCHER);
  }

  private static int kinds(WatchType type) {
    return switch (type) {
      case CHILDREN -> WatchKind.CHILDREN.bit();
      case DATA -> WatchKind.DATA.bit();
      case PERSISTENT -> WatchKind.PERSISTENT.bit();
      case PERSISTENT_RECURSIVE -> WatchKind.RECURSIVE.bit();
      case ANY -> ~0;
    };
  }
}
