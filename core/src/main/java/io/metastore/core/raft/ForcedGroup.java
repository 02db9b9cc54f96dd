package io.metastore.core.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.protocol.RaftPeer;

/**
 * Makes one member the only one of its group, with all entries of its log, after the other members
 * are lost. Like etcd's {@code --force-new-cluster}, except that etcd drops entries that it does
 * not know to be committed; here they become committed.
 */
final class ForcedGroup {
  /** Ratis reads it at the start; of this and the entries in the log, the highest index counts. */
  private static final String CONFIGURATION = "raft-meta.conf";

  private ForcedGroup() {}

  /**
   * Replaces the members of a group that no server has opened. When this returns, the change is on
   * disk. Ratis adds the new members to the log when this member becomes the leader.
   *
   * @param directory directory of the group
   * @param lastIndex index of the last entry of the log
   */
  static void write(Path directory, RaftMembers members, long lastIndex) throws IOException {
    RaftConfigurationProto.Builder configuration = RaftConfigurationProto.newBuilder();
    for (RaftPeer peer : members.peers()) {
      configuration.addPeers(peer.getRaftPeerProto());
    }
    LogEntryProto entry =
        LogEntryProto.newBuilder()
            .setIndex(lastIndex + 1)
            .setConfigurationEntry(configuration)
            .build();
    Path fresh = directory.resolve(CONFIGURATION + ".new");
    Files.write(fresh, entry.toByteArray());
    DurableFiles.force(fresh);
    Files.move(fresh, directory.resolve(CONFIGURATION), StandardCopyOption.ATOMIC_MOVE);
    DurableFiles.force(directory);
  }
}
