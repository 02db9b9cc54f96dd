package io.metastore.bench.faults;

import io.metastore.bench.faults.testbed.Equipment;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The kinds of faults, and the operations that are mixed with them. */
public enum Fault {
  /** SIGKILL, then a restart. */
  KILL(Source.MEMBER),
  /** SIGKILL of all members at once, then a restart. */
  KILL_ALL(Source.MEMBER),
  /** SIGSTOP for a while. */
  PAUSE(Source.MEMBER),
  /** SIGTERM, then a restart. */
  RESTART(Source.MEMBER),
  /** SIGKILL that interrupts a write to the Raft log, then a restart. */
  TORN_WRITE(Source.MEMBER),
  /** One member, or all at once, lose what they have not synced to disk. */
  POWER_LOSS(Source.MEMBER),
  /** No space on one member's disk for a while. */
  DISK_FULL(Source.MEMBER),
  /** One member's wall clock jumps by up to a day, and later back. */
  CLOCK_JUMP(Source.MEMBER),
  /** One member is removed from the cluster, loses its data, and is added again. */
  REPLACE(Source.MEMBER),

  /** No byte passes between one member, or a minority, and the others. */
  CUT(Source.PEER_LINK),
  /** No byte passes in one direction. */
  CUT_ONE_WAY(Source.PEER_LINK),
  /** Bytes from and to one member are late and few. */
  SLOW(Source.PEER_LINK),
  /** Some packets from and to one member are lost, and sent again later. */
  LOSSY(Source.PEER_LINK),
  /** One member is cut off until the others' logs begin later: it receives a checkpoint. */
  LAG(Source.PEER_LINK),

  /** Clients' connections break, fall silent, or are delayed. */
  CLIENT_LINKS(Source.CLIENT_LINK),

  /** The leader hands over to another member. */
  TRANSFER(Source.OPERATOR),
  /** Compaction of most of the history. */
  COMPACT(Source.OPERATOR),
  /** Defragmentation of one member. */
  DEFRAGMENT(Source.OPERATOR),
  /** A snapshot of one member is downloaded, and its checksum verified. */
  SNAPSHOT(Source.OPERATOR),
  /** A snapshot of one member is restored to another cluster, and compared with the history. */
  RESTORE(Source.OPERATOR);

  /** What causes it; faults of different sources happen at the same time. */
  enum Source {
    MEMBER,
    PEER_LINK,
    CLIENT_LINK,
    OPERATOR
  }

  private final Source source;

  Fault(Source source) {
    this.source = source;
  }

  Source source() {
    return source;
  }

  /** What the members need for it. */
  Set<Equipment> equipment() {
    return switch (this) {
      case POWER_LOSS, DISK_FULL -> EnumSet.of(Equipment.DISKS); // which only root can mount
      case CLOCK_JUMP -> EnumSet.of(Equipment.CLOCKS);
      case LAG -> EnumSet.of(Equipment.SHORT_LOGS);
      default -> EnumSet.noneOf(Equipment.class);
    };
  }

  /** The name in options and reports. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
