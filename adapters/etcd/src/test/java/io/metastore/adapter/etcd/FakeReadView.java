package io.metastore.adapter.etcd;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Range;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A view that implements only what etcd's calls need. */
interface FakeReadView extends ReadView {

  @Override
  default StoreContents contents() {
    throw new AssertionError("only for snapshots and hashes");
  }

  @Override
  default @Nullable Failure findCorruption() {
    return null;
  }

  @Override
  default @Nullable Failure findRefusal(Range range) {
    throw new AssertionError("LargeAnswersTest has a real store");
  }

  @Override
  default KeyWalk walk(Range range) {
    throw new AssertionError("LargeAnswersTest has a real store");
  }

  @Override
  default @Nullable LockPlaceView findLockPlace(ByteString name, long token) {
    throw new AssertionError("etcd has no such question");
  }

  @Override
  default List<LockPlaceView> lockQueue(ByteString name) {
    throw new AssertionError("etcd has no such question");
  }

  @Override
  default List<ByteString> lockNames(ByteString from, @Nullable ByteString to, int namesMax) {
    throw new AssertionError("etcd has no such question");
  }

  @Override
  default boolean allLeaseKeysMatch(long lease, Predicate<ByteString> condition) {
    throw new AssertionError("only asked while access control is on");
  }

  @Override
  default TreeView tree() {
    throw new AssertionError("etcd has no such question");
  }

  @Override
  default AccessRules access() {
    throw new AssertionError("etcd has no such question");
  }

  @Override
  default List<Alarm> alarms() {
    throw new AssertionError("only the alarm call asks for them");
  }

  @Override
  default List<ClientView> clients(long afterId, int clientsMax) {
    throw new AssertionError("etcd has no such question");
  }
}
