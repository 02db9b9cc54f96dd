package io.metastore.server.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import io.metastore.core.command.Announcement;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The members that announce themselves, and whether all of them see the same members.
 *
 * <p>The cluster is formed when the required number of members is seen, including this one, and all
 * of them have announced that they see exactly these. A member that has not been heard for a while
 * is removed.
 *
 * <p>Used by one thread; uses no clock.
 */
final class Roster {
  static final int MAGIC = 0x4d534431;

  /** Small enough to be sent unfragmented on any network. */
  static final int DATAGRAM_BYTES_MAX = 1200;

  private static final long HEARD_MS = 5000;

  private final String token;
  private final Announcement self;
  private final Map<Long, Heard> others = new HashMap<>();
  private long ignored;

  private record Heard(Announcement announcement, long atMs) {}

  /**
   * Contains only this member at first.
   *
   * @param process random number that identifies this process
   * @param size number of members of the cluster
   */
  Roster(String token, long process, String name, String peerUrl, int size) {
    this.token = token;
    this.self =
        Announcement.newBuilder()
            .setMagic(MAGIC)
            .setToken(token)
            .setProcess(process)
            .setName(name)
            .setPeerUrl(peerUrl)
            .setSize(size)
            .build();
  }

  /**
   * Processes a datagram; one that cannot be decoded or belongs to another cluster is only counted.
   *
   * @throws Refusal if it shows that a cluster with this member cannot be formed
   */
  void heard(ByteBuffer datagram, long nowMs) {
    Announcement announcement = parse(datagram);
    if (announcement == null) {
      ignored++;
      return;
    }
    if (announcement.getProcess() == self.getProcess()) {
      return;
    }
    if (announcement.getSize() != self.getSize()) {
      throw new Refusal(
          "%s is configured for a cluster of %d members, this member for %d"
              .formatted(text(announcement), announcement.getSize(), self.getSize()));
    }
    forget(nowMs);
    requireDistinct(self, announcement);
    others.values().forEach(other -> requireDistinctFrom(other, announcement));
    // A restarted process has another number.
    others
        .values()
        .removeIf(other -> other.announcement().getName().equals(announcement.getName()));
    others.put(announcement.getProcess(), new Heard(announcement, nowMs));
    if (others.size() + 1 > self.getSize()) {
      throw new Refusal(
          "more members than --multicast-size=%d announce themselves: %s"
              .formatted(self.getSize(), members(nowMs)));
    }
  }

  /** The announcement that this member sends. */
  Announcement own(long nowMs) {
    return self.toBuilder().setSeen(checksum(members(nowMs))).build();
  }

  /** Peer URLs by name, once all members see the same; null before. */
  @Nullable SortedMap<String, String> findAgreed(long nowMs) {
    SortedMap<String, String> members = members(nowMs);
    if (members.size() != self.getSize()) {
      return null;
    }
    long checksum = checksum(members);
    boolean agreed =
        others.values().stream().allMatch(other -> other.announcement().getSeen() == checksum);
    return agreed ? members : null;
  }

  /** Peer URLs by name of all members seen, including this one. */
  SortedMap<String, String> members(long nowMs) {
    forget(nowMs);
    SortedMap<String, String> members = new TreeMap<>();
    members.put(self.getName(), self.getPeerUrl());
    others
        .values()
        .forEach(
            other ->
                members.put(other.announcement().getName(), other.announcement().getPeerUrl()));
    return members;
  }

  /** Number of datagrams that were ignored. */
  long ignored() {
    return ignored;
  }

  private void forget(long nowMs) {
    others.values().removeIf(other -> nowMs - other.atMs() > HEARD_MS);
  }

  private @Nullable Announcement parse(ByteBuffer datagram) {
    if (datagram.remaining() > DATAGRAM_BYTES_MAX) {
      return null;
    }
    try {
      Announcement announcement = Announcement.parseFrom(datagram);
      boolean ours =
          announcement.getMagic() == MAGIC
              && announcement.getToken().equals(token)
              && !announcement.getName().isBlank()
              && announcement.getName().chars().noneMatch(Character::isISOControl)
              && announcement.getPeerUrl().matches("https?://[^\\s,=/]+:\\d{1,5}");
      return ours ? announcement : null;
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static void requireDistinctFrom(Heard other, Announcement announcement) {
    boolean restarted =
        other.announcement().getName().equals(announcement.getName())
            && other.announcement().getPeerUrl().equals(announcement.getPeerUrl());
    if (!restarted) {
      requireDistinct(other.announcement(), announcement);
    }
  }

  private static void requireDistinct(Announcement one, Announcement other) {
    if (one.getName().equals(other.getName()) || one.getPeerUrl().equals(other.getPeerUrl())) {
      throw new Refusal(
          "two members have the same name or peer URL: %s and %s"
              .formatted(text(one), text(other)));
    }
  }

  private static String text(Announcement announcement) {
    return announcement.getName() + "=" + announcement.getPeerUrl();
  }

  private static long checksum(SortedMap<String, String> members) {
    CRC32C low = new CRC32C();
    CRC32C high = new CRC32C();
    // A second checksum that differs in its initial value only.
    high.update(1);
    members.forEach(
        (name, url) -> {
          byte[] bytes = (name + "=" + url + ",").getBytes(UTF_8);
          low.update(bytes);
          high.update(bytes);
        });
    return high.getValue() << 32 | low.getValue();
  }

  /** A cluster with this member cannot be formed; the operator has to fix the reason. */
  static final class Refusal extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }
}
