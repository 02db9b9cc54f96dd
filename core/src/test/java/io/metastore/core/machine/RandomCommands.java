package io.metastore.core.machine;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Acquire;
import io.metastore.core.command.AddRole;
import io.metastore.core.command.AddUser;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.AuthChange;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.ChangePassword;
import io.metastore.core.command.CheckpointLeases;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Compact;
import io.metastore.core.command.Compare;
import io.metastore.core.command.Delete;
import io.metastore.core.command.DeleteRole;
import io.metastore.core.command.DeleteUser;
import io.metastore.core.command.DisableAuth;
import io.metastore.core.command.EnableAuth;
import io.metastore.core.command.GrantRange;
import io.metastore.core.command.GrantRole;
import io.metastore.core.command.Login;
import io.metastore.core.command.MemberNote;
import io.metastore.core.command.NewClient;
import io.metastore.core.command.Op;
import io.metastore.core.command.Permission;
import io.metastore.core.command.Put;
import io.metastore.core.command.PutRole;
import io.metastore.core.command.PutUser;
import io.metastore.core.command.Range;
import io.metastore.core.command.Release;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.command.RevokeRange;
import io.metastore.core.command.RevokeRole;
import io.metastore.core.command.SetGrant;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Txn;
import io.metastore.core.command.Withdraw;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;

/**
 * Generates random commands on few keys, leases and locks, so that conflicts are frequent. Some
 * keys contain zero bytes, some are prefixes of each other, and some are places of locks.
 */
final class RandomCommands {
  static final List<String> LOCKS = List.of("n", "n/b");
  static final List<String> KEYS =
      List.of("a", "a\0", "a\0\1", "a\u007f", "b", "\0", "c", "n/1", "n/x", "n/b/2", "n/b/x", "n");

  /** Names of users and of roles. */
  static final List<String> PRINCIPALS = List.of("root", "p", "q");

  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
  private static final int LEASES = 4;

  private final Random random;
  private final LongUnaryOperator grantedIndex;
  private final LongSupplier authRevision;

  /**
   * @param grantedIndex returns the granted index of a lease, so that some leases expire; 0 if
   *     unknown
   * @param authRevision the auth revision that commands need; 0 while access control is off
   */
  RandomCommands(Random random, LongUnaryOperator grantedIndex, LongSupplier authRevision) {
    this.random = random;
    this.grantedIndex = grantedIndex;
    this.authRevision = authRevision;
  }

  /**
   * Generates an entry of several slices from two origins.
   *
   * @param revision about the newest revision
   */
  CommandBatch batch(long revision) {
    CommandBatch.Builder batch = CommandBatch.newBuilder().setTimeMs(random.nextInt(1_000_000));
    int slices = 1 + random.nextInt(3);
    for (int i = 0; i < slices; i++) {
      Slice.Builder slice =
          Slice.newBuilder()
              .setOrigin(TestMachine.ORIGIN + random.nextInt(2))
              .setSequence(random.nextInt(1000));
      int commands = random.nextInt(4);
      for (int j = 0; j < commands; j++) {
        slice.addCommands(command(revision));
      }
      batch.addSlices(slice);
    }
    return batch.build();
  }

  private Command command(long revision) {
    Command.Builder command = unchecked(revision).toBuilder();
    if (!chance(10)) {
      command.setAuthRevision(authRevision.getAsLong());
    }
    if (chance(2)) {
      command.setAuthor(principal());
    }
    return command.build();
  }

  private Command unchecked(long revision) {
    if (chance(10)) {
      return Command.newBuilder().setAuthChange(authChange()).build();
    }
    if (chance(50)) {
      return Command.newBuilder()
          .setLogin(Login.newBuilder().setUser(principal()).setNonce("nonce"))
          .build();
    }
    if (chance(40)) {
      return Command.newBuilder()
          .setChangeAlarm(ChangeAlarm.newBuilder().setAlarm(alarm()).setRaised(chance(4)))
          .build();
    }
    int kind = random.nextInt(100);
    if (kind < 55) {
      return Commands.of(txn(revision, 0));
    }
    if (kind < 65) {
      return Commands.grant(lease(), 1 + random.nextInt(100));
    }
    if (kind < 67) {
      return Command.newBuilder()
          .setNewClient(NewClient.newBuilder().setTtl(1 + random.nextInt(100)).setLabel("me"))
          .build();
    }
    if (kind < 74) {
      long id = lease();
      long granted = chance(8) ? 2 : chance(2) ? grantedIndex.applyAsLong(id) : 0;
      return Command.newBuilder()
          .setRevokeLease(
              RevokeLease.newBuilder()
                  .setId(id)
                  .setGrantedIndex(granted)
                  .setTerm(chance(4) ? TestMachine.TERM + random.nextInt(2) : 0))
          .build();
    }
    if (kind < 77) {
      return Command.newBuilder()
          .setRelease(Release.newBuilder().setName(lock()).setToken(recent(revision)))
          .build();
    }
    if (kind < 82) {
      return Command.newBuilder()
          .setWithdraw(Withdraw.newBuilder().setName(lock()).setLease(lease()).setWait(call()))
          .build();
    }
    if (kind < 92) {
      return Command.newBuilder()
          .setAcquire(
              Acquire.newBuilder()
                  .setName(lock())
                  .setLease(lease())
                  .setMode(chance(2) ? Acquire.Mode.SHARED : Acquire.Mode.EXCLUSIVE)
                  .setTryOnly(chance(4))
                  .setLockDelay(chance(2) ? 1 + random.nextInt(9) : 0)
                  .setWait(call()))
          .build();
    }
    if (kind < 95) {
      return Command.newBuilder()
          .setCompact(
              Compact.newBuilder()
                  .setRevision(Math.max(0, revision - random.nextInt(20) + 1))
                  .setAutomatic(chance(2)))
          .build();
    }
    if (kind < 98) {
      return Command.newBuilder()
          .setCheckpointLeases(
              CheckpointLeases.newBuilder()
                  .addLeases(
                      CheckpointLeases.Remaining.newBuilder()
                          .setId(lease())
                          .setRemaining(random.nextInt(3))))
          .build();
    }
    return Command.newBuilder()
        .setMemberNote(
            MemberNote.newBuilder().setId(random.nextInt(3)).setProcess(random.nextInt(3)))
        .build();
  }

  private Alarm.Builder alarm() {
    return Alarm.newBuilder()
        .setKind(chance(2) ? Alarm.Kind.NOSPACE : Alarm.Kind.CORRUPT)
        .setMemberId(-random.nextInt(2));
  }

  private AuthChange.Builder authChange() {
    AuthChange.Builder change = AuthChange.newBuilder();
    switch (random.nextInt(15)) {
      case 0 ->
          change.setEnable(
              EnableAuth.newBuilder()
                  .setTokenSecret(Commands.bytes("secret"))
                  .setKeepRevision(chance(2)));
      case 1 -> change.setDisable(DisableAuth.getDefaultInstance());
      case 2, 3 -> {
        PutUser.Builder user = PutUser.newBuilder().setName(principal());
        if (chance(2)) {
          user.setPasswordHash("hash" + random.nextInt(3));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
          user.addRoles(principal());
        }
        change.setPutUser(user);
      }
      case 4 -> {
        if (chance(2)) {
          change.setDeleteUser(DeleteUser.newBuilder().setName(principal()));
        } else {
          change.setDeleteRole(DeleteRole.newBuilder().setName(principal()));
        }
      }
      case 5 -> change.setPutRole(PutRole.newBuilder().setName(principal()));
      case 6 ->
          change.setAddUser(
              AddUser.newBuilder()
                  .setName(principal())
                  .setPasswordHash("hash" + random.nextInt(3))
                  .setNoPassword(chance(3)));
      case 7 ->
          change.setChangePassword(
              ChangePassword.newBuilder()
                  .setUser(principal())
                  .setPasswordHash("hash" + random.nextInt(3)));
      case 8 ->
          change.setGrantRole(GrantRole.newBuilder().setUser(principal()).setRole(principal()));
      case 9 ->
          change.setRevokeRole(RevokeRole.newBuilder().setUser(principal()).setRole(principal()));
      case 10 -> change.setAddRole(AddRole.newBuilder().setName(principal()));
      case 11 ->
          change.setGrantRange(
              GrantRange.newBuilder()
                  .setRole(principal())
                  .setPermission(permission().clearDirectory()));
      case 12 -> {
        Permission.Builder revoked = permission();
        change.setRevokeRange(
            RevokeRange.newBuilder()
                .setRole(principal())
                .setKey(revoked.getKey())
                .setRangeEnd(revoked.getRangeEnd()));
      }
      default -> {
        SetGrant.Builder grant = SetGrant.newBuilder().setPermission(permission());
        change.setSetGrant(chance(2) ? grant.setUser(principal()) : grant.setRole(principal()));
      }
    }
    return change;
  }

  private Permission.Builder permission() {
    Permission.Builder permission =
        chance(2)
            ? Permission.newBuilder().setKey(key()).setRangeEnd(rangeEnd())
            : Permission.newBuilder()
                .setKey(Commands.bytes("n/"))
                .setRangeEnd(Commands.bytes("n0"))
                .setDirectory(true);
    for (Permission.Right right :
        List.of(Permission.Right.READ, Permission.Right.WRITE, Permission.Right.ADMIN)) {
      if (chance(2)) {
        permission.addRights(right);
      }
    }
    return permission;
  }

  private String principal() {
    return PRINCIPALS.get(random.nextInt(PRINCIPALS.size()));
  }

  /** Generates a range with random options at a random revision; some are refused. */
  Range range(long revision) {
    Range.Builder range = Range.newBuilder().setKey(key()).setRangeEnd(rangeEnd());
    if (chance(2)) {
      range.setRevision(random.nextLong(revision + 2));
    }
    if (chance(3)) {
      range.setLimit(random.nextInt(5));
    }
    if (chance(3)) {
      range.setOrderValue(random.nextInt(3)).setSortTargetValue(random.nextInt(5));
    }
    if (chance(6)) {
      range.setKeysOnly(true);
    }
    if (chance(6)) {
      range.setCountOnly(true);
    }
    if (chance(6)) {
      range.setMinModRevision(random.nextLong(revision + 1));
    }
    if (chance(6)) {
      range.setMaxModRevision(random.nextLong(revision + 1));
    }
    if (chance(6)) {
      range.setMinCreateRevision(random.nextLong(revision + 1));
    }
    if (chance(6)) {
      range.setMaxCreateRevision(random.nextLong(revision + 1));
    }
    return range.build();
  }

  /** Generates a transaction of ranges. */
  Txn readTxn(long revision) {
    Txn.Builder txn = Txn.newBuilder();
    if (chance(2)) {
      txn.addCompares(compare(revision));
    }
    txn.addSuccess(Op.newBuilder().setRange(range(revision)));
    txn.addSuccess(Op.newBuilder().setRange(range(revision)));
    return txn.addFailure(Op.newBuilder().setRange(range(revision))).build();
  }

  private Txn.Builder txn(long revision, int depth) {
    Txn.Builder txn = Txn.newBuilder();
    if (depth == 0 && chance(2)) {
      return txn.addSuccess(op(revision, 2)); // the usual case
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addCompares(compare(revision));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      txn.addSuccess(op(revision, depth));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      txn.addFailure(op(revision, depth));
    }
    return txn;
  }

  private Op op(long revision, int depth) {
    int kind = random.nextInt(10);
    if (kind < 5) {
      return Op.newBuilder().setPut(put()).build();
    }
    if (kind < 7) {
      Delete.Builder delete = Delete.newBuilder().setKey(key()).setPrevKv(chance(2));
      if (chance(3)) {
        delete.setRangeEnd(rangeEnd());
      }
      return Op.newBuilder().setDelete(delete).build();
    }
    if (kind < 9 || depth >= 2) {
      return Op.newBuilder().setRange(range(revision)).build();
    }
    return Op.newBuilder().setTxn(txn(revision, depth + 1)).build();
  }

  private Put put() {
    return Put.newBuilder()
        .setKey(key())
        .setValue(Commands.bytes("v".repeat(random.nextInt(3)) + random.nextInt(3)))
        .setLease(chance(3) ? lease() : 0)
        .setPrevKv(chance(3))
        .setKeepValue(chance(12))
        .setKeepLease(chance(12))
        .build();
  }

  private Compare compare(long revision) {
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(key())
            .setTargetValue(random.nextInt(7))
            .setRelationValue(random.nextInt(5))
            .setNumber(random.nextLong(chance(2) ? 3 : revision + 1))
            .setValue(Commands.bytes("v" + random.nextInt(3)));
    if (compare.getTarget() == Compare.Target.HELD) {
      return compare.setKey(lock()).setNumber(recent(revision)).build();
    }
    if (compare.getTarget() == Compare.Target.UNCHANGED_SINCE) {
      compare.setNumber(recent(revision));
    }
    if (chance(4)) {
      compare.setRangeEnd(rangeEnd());
    }
    return compare.build();
  }

  /** A random revision, usually a recent one. */
  private long recent(long revision) {
    return chance(10) ? random.nextLong(revision + 3) : Math.max(0, revision - random.nextInt(15));
  }

  private ByteString lock() {
    return Commands.bytes(LOCKS.get(random.nextInt(LOCKS.size())));
  }

  private ByteString key() {
    return Commands.bytes(KEYS.get(random.nextInt(KEYS.size())));
  }

  private ByteString rangeEnd() {
    int kind = random.nextInt(4);
    return kind == 0 ? ByteString.EMPTY : kind == 1 ? ZERO : key();
  }

  private long call() {
    return (long) random.nextInt(3) << Integer.SIZE | random.nextInt(3);
  }

  private long lease() {
    return 1L + random.nextInt(LEASES);
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }
}
