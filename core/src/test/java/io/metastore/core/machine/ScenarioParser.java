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
import io.metastore.core.command.Txn;
import io.metastore.core.command.Withdraw;
import io.metastore.core.kv.KeyRange;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the commands of scenario files. Pure. */
final class ScenarioParser {
  private static final Pattern COMPARE = Pattern.compile("(\\w+)\\((.*)\\)(!=|=|<|>)(.*)");

  private ScenarioParser() {}

  /** The words of one line: the verb, its subject, and options. */
  record Line(List<String> words) {
    static Line of(String text) {
      return new Line(List.of(text.strip().split(" +")));
    }

    String verb() {
      return words.get(0);
    }

    String subject() {
      return words.get(1);
    }

    boolean has(String flag) {
      return words.contains(flag);
    }

    long number(String option) {
      return Long.parseLong(text(option, "0"));
    }

    String text(String option, String otherwise) {
      return words.stream()
          .filter(word -> word.startsWith(option + "="))
          .map(word -> word.substring(option.length() + 1))
          .findFirst()
          .orElse(otherwise);
    }
  }

  static Command command(String text) {
    Line line = Line.of(text.lines().findFirst().orElseThrow());
    return unchecked(text, line).toBuilder()
        .setAuthRevision(line.number("auth"))
        .setAuthor(line.text("author", ""))
        .build();
  }

  private static Command unchecked(String text, Line line) {
    return switch (line.verb()) {
      case "put", "del" -> Commands.of(op(line));
      case "txn" -> Commands.of(txn(text.lines().skip(1).toList()));
      case "grant" -> Commands.grant(Long.parseLong(line.subject()), line.number("ttl"));
      case "revoke" ->
          Command.newBuilder()
              .setRevokeLease(
                  RevokeLease.newBuilder()
                      .setId(Long.parseLong(line.subject()))
                      .setGrantedIndex(line.number("granted-index")))
              .build();
      case "checkpoint" -> checkpoint(line);
      case "compact" -> Commands.compact(Long.parseLong(line.subject()));
      case "client" ->
          Command.newBuilder()
              .setNewClient(
                  NewClient.newBuilder().setLabel(line.subject()).setTtl(line.number("ttl")))
              .build();
      case "lock" ->
          Command.newBuilder()
              .setAcquire(
                  Acquire.newBuilder()
                      .setName(bytes(line.subject()))
                      .setLease(line.number("lease"))
                      .setMode(line.has("shared") ? Acquire.Mode.SHARED : Acquire.Mode.EXCLUSIVE)
                      .setTryOnly(line.has("try"))
                      .setLockDelay(line.number("delay"))
                      .setWait(waitOf(line)))
              .build();
      case "withdraw" ->
          Command.newBuilder()
              .setWithdraw(
                  Withdraw.newBuilder()
                      .setName(bytes(line.subject()))
                      .setLease(line.number("lease"))
                      .setWait(waitOf(line)))
              .build();
      case "member" ->
          Command.newBuilder()
              .setMemberNote(
                  MemberNote.newBuilder()
                      .setId(Long.parseLong(line.subject()))
                      .setProcess((int) line.number("process")))
              .build();
      case "release" ->
          Command.newBuilder()
              .setRelease(
                  Release.newBuilder()
                      .setName(bytes(line.subject()))
                      .setToken(line.number("token")))
              .build();
      case "alarm" ->
          Command.newBuilder()
              .setChangeAlarm(
                  ChangeAlarm.newBuilder()
                      .setAlarm(
                          Alarm.newBuilder()
                              .setKind(Alarm.Kind.valueOf(line.subject()))
                              .setMemberId(line.number("member")))
                      .setRaised(!line.has("off")))
              .build();
      case "login" ->
          Command.newBuilder()
              .setLogin(Login.newBuilder().setUser(line.subject()).setNonce("nonce"))
              .build();
      case "enable",
          "disable",
          "user",
          "delete-user",
          "role",
          "delete-role",
          "allow",
          "add-user",
          "change-password",
          "grant-role",
          "revoke-role",
          "add-role",
          "grant-range",
          "revoke-range" ->
          Command.newBuilder().setAuthChange(authChange(line)).build();
      default -> throw new IllegalArgumentException("unknown command " + line.verb());
    };
  }

  private static AuthChange.Builder authChange(Line line) {
    AuthChange.Builder change = AuthChange.newBuilder();
    return switch (line.verb()) {
      case "enable" ->
          change.setEnable(
              EnableAuth.newBuilder()
                  .setTokenSecret(bytes("secret"))
                  .setKeepRevision(line.has("keep-revision")));
      case "add-user" ->
          change.setAddUser(
              AddUser.newBuilder()
                  .setName(line.subject())
                  .setPasswordHash(line.text("hash", ""))
                  .setNoPassword(line.has("no-password")));
      case "change-password" ->
          change.setChangePassword(
              ChangePassword.newBuilder()
                  .setUser(line.subject())
                  .setPasswordHash(line.text("hash", "")));
      case "grant-role" ->
          change.setGrantRole(
              GrantRole.newBuilder().setUser(line.subject()).setRole(line.text("role", "")));
      case "revoke-role" ->
          change.setRevokeRole(
              RevokeRole.newBuilder().setUser(line.subject()).setRole(line.text("role", "")));
      case "add-role" -> change.setAddRole(AddRole.newBuilder().setName(line.subject()));
      case "grant-range" ->
          change.setGrantRange(
              GrantRange.newBuilder()
                  .setRole(line.text("role", ""))
                  .setPermission(permission(line).clearDirectory()));
      case "revoke-range" -> {
        Permission.Builder revoked = permission(line);
        yield change.setRevokeRange(
            RevokeRange.newBuilder()
                .setRole(line.text("role", ""))
                .setKey(revoked.getKey())
                .setRangeEnd(revoked.getRangeEnd()));
      }
      case "disable" -> change.setDisable(DisableAuth.getDefaultInstance());
      case "user" -> {
        PutUser.Builder user =
            PutUser.newBuilder().setName(line.subject()).addAllRoles(list(line, "roles"));
        String hash = line.text("hash", "");
        yield change.setPutUser(hash.isEmpty() ? user : user.setPasswordHash(hash));
      }
      case "delete-user" -> change.setDeleteUser(DeleteUser.newBuilder().setName(line.subject()));
      case "role" -> change.setPutRole(PutRole.newBuilder().setName(line.subject()));
      case "delete-role" -> change.setDeleteRole(DeleteRole.newBuilder().setName(line.subject()));
      default -> {
        SetGrant.Builder grant = SetGrant.newBuilder().setPermission(permission(line));
        String user = line.text("user", "");
        yield change.setSetGrant(
            user.isEmpty() ? grant.setRole(line.text("role", "")) : grant.setUser(user));
      }
    };
  }

  /** A permission; on a directory if the subject ends with a slash. */
  private static Permission.Builder permission(Line line) {
    boolean directory = line.subject().endsWith("/");
    KeySpec keys = keys(directory ? line.subject() + "*" : line.subject());
    Permission.Builder permission =
        Permission.newBuilder()
            .setKey(keys.key())
            .setRangeEnd(keys.rangeEnd())
            .setDirectory(directory);
    list(line, "rights").forEach(right -> permission.addRights(right(right)));
    return permission;
  }

  static Permission.Right right(String name) {
    return Permission.Right.valueOf(upper(name));
  }

  private static List<String> list(Line line, String option) {
    String text = line.text(option, "");
    return text.isEmpty() ? List.of() : List.of(text.split(","));
  }

  /** Parses lines {@code if}, {@code then} and {@code else}; nested transactions are indented. */
  static Txn.Builder txn(List<String> lines) {
    Txn.Builder txn = Txn.newBuilder();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      String[] words = line.strip().split(" +", 2);
      if (words[0].equals("if")) {
        txn.addCompares(compare(words[1]));
        continue;
      }
      Op op;
      if (words[1].strip().equals("txn")) {
        List<String> inner = new ArrayList<>();
        while (i + 1 < lines.size() && indent(lines.get(i + 1)) > indent(line)) {
          inner.add(lines.get(++i));
        }
        op = Op.newBuilder().setTxn(txn(inner)).build();
      } else {
        op = op(Line.of(words[1]));
      }
      switch (words[0]) {
        case "then" -> txn.addSuccess(op);
        case "else" -> txn.addFailure(op);
        default -> throw new IllegalArgumentException(line);
      }
    }
    return txn;
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }

  private static Op op(Line line) {
    return switch (line.verb()) {
      case "put" -> Op.newBuilder().setPut(put(line)).build();
      case "del" -> {
        KeySpec keys = keys(line.subject());
        yield Op.newBuilder()
            .setDelete(
                Delete.newBuilder()
                    .setKey(keys.key())
                    .setRangeEnd(keys.rangeEnd())
                    .setPrevKv(line.has("prev")))
            .build();
      }
      case "get" -> Op.newBuilder().setRange(range(line)).build();
      default -> throw new IllegalArgumentException("unknown operation " + line.verb());
    };
  }

  private static Put put(Line line) {
    String[] pair = line.subject().split("=", 2);
    return Put.newBuilder()
        .setKey(bytes(pair[0]))
        .setValue(pair.length == 1 ? ByteString.EMPTY : bytes(pair[1]))
        .setLease(line.number("lease"))
        .setPrevKv(line.has("prev"))
        .setKeepValue(line.has("keep-value"))
        .setKeepLease(line.has("keep-lease"))
        .build();
  }

  static Range range(Line line) {
    KeySpec keys = keys(line.subject());
    return Range.newBuilder()
        .setKey(keys.key())
        .setRangeEnd(keys.rangeEnd())
        .setRevision(line.number("rev"))
        .setLimit(line.number("limit"))
        .setOrder(Range.Order.valueOf(upper(line.text("order", "none"))))
        .setSortTarget(Range.SortTarget.valueOf(upper(line.text("by", "key"))))
        .setKeysOnly(line.has("keys-only"))
        .setCountOnly(line.has("count-only"))
        .setMinModRevision(line.number("min-mod"))
        .setMaxModRevision(line.number("max-mod"))
        .setMinCreateRevision(line.number("min-create"))
        .setMaxCreateRevision(line.number("max-create"))
        .build();
  }

  private static Compare compare(String text) {
    Matcher parts = COMPARE.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a compare: " + text);
    }
    KeySpec keys = keys(parts.group(2));
    Compare.Builder compare =
        Compare.newBuilder()
            .setKey(keys.key())
            .setRangeEnd(keys.rangeEnd())
            .setTarget(Compare.Target.valueOf(upper(parts.group(1))))
            .setRelation(
                switch (parts.group(3)) {
                  case "=" -> Compare.Relation.EQUAL;
                  case "!=" -> Compare.Relation.NOT_EQUAL;
                  case "<" -> Compare.Relation.LESS;
                  default -> Compare.Relation.GREATER;
                });
    return compare.getTarget() == Compare.Target.VALUE
        ? compare.setValue(bytes(parts.group(4))).build()
        : compare.setNumber(Long.parseLong(parts.group(4))).build();
  }

  /** The wait ID; the option {@code process=} sets its process, by default 0. */
  private static long waitOf(Line line) {
    return line.number("process") << Integer.SIZE | line.number("wait");
  }

  private static Command checkpoint(Line line) {
    CheckpointLeases.Builder checkpoint = CheckpointLeases.newBuilder();
    for (String word : line.words().subList(1, line.words().size())) {
      String[] pair = word.split("=", 2);
      checkpoint.addLeases(
          CheckpointLeases.Remaining.newBuilder()
              .setId(Long.parseLong(pair[0]))
              .setRemaining(Long.parseLong(pair[1])));
    }
    return Command.newBuilder().setCheckpointLeases(checkpoint).build();
  }

  /** The key and range end of a request. */
  record KeySpec(ByteString key, ByteString rangeEnd) {
    KeyRange toRange() {
      return KeyRange.of(key, rangeEnd);
    }
  }

  /** {@code a}, {@code [a,c)}, {@code [a,)}, {@code a*} or {@code *}. */
  static KeySpec keys(String text) {
    ByteString zero = ByteString.copyFrom(new byte[1]);
    if (text.startsWith("[")) {
      String[] bounds = text.substring(1, text.length() - 1).split(",", -1);
      return new KeySpec(bytes(bounds[0]), bounds[1].isEmpty() ? zero : bytes(bounds[1]));
    }
    if (text.equals("*")) {
      return new KeySpec(zero, zero);
    }
    if (text.endsWith("*")) {
      KeyRange prefix = KeyRange.ofPrefix(bytes(text.substring(0, text.length() - 1)));
      ByteString end = prefix.to();
      return new KeySpec(prefix.from(), end == null ? zero : end);
    }
    return new KeySpec(bytes(text), ByteString.EMPTY);
  }

  /** Parses UTF-8 text with {@code \xNN} for any byte. */
  static ByteString bytes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\x", i)) {
        out.write(Integer.parseInt(text.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        out.writeBytes(text.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    return ByteString.copyFrom(out.toByteArray());
  }

  /** The inverse of {@link #bytes}. */
  static String text(ByteString bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      if (b > ' ' && b < 127) {
        text.append((char) b);
      } else {
        text.append(String.format(Locale.ROOT, "\\x%02x", b));
      }
    }
    return text.toString();
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
