package io.metastore.core.machine;

import io.metastore.core.api.LeaseView;
import io.metastore.core.api.Pace;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.VersionWalk;
import io.metastore.core.kv.HistoryWalk;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.storage.Reader;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The contents of a {@link StoreView}, which the caller has retained. */
record ViewContents(StoreState state, Reader reader) implements StoreContents {

  @Override
  public long revision() {
    return state.revision();
  }

  @Override
  public long compactedRevision() {
    return state.compacted();
  }

  @Override
  public long term() {
    return state.term();
  }

  @Override
  public long index() {
    return state.index();
  }

  @Override
  public VersionWalk versions(long revision, Path scratch, Pace pace) {
    return new HistoryWalk(reader, state.compacted(), revision, scratch, pace);
  }

  @Override
  public void forEachLease(Consumer<LeaseView> visitor) {
    LeaseTable.forEach(
        reader,
        lease -> {
          if (lease.kind() != Lease.Kind.SESSION) { // only znodes are attached to sessions
            visitor.accept(new LeaseView(lease.id(), lease.ttl(), lease.remaining()));
          }
        });
  }
}
