package io.metastore.core.machine;

import static io.metastore.core.machine.ScenarioParser.text;

import com.google.protobuf.ByteString;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.OpResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.WatchEvent;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.kv.ChangeLogs;
import io.metastore.core.kv.KeyRange;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.lock.LockTable;
import io.metastore.core.machine.ScenarioParser.Line;
import io.metastore.core.storage.Bytes;
import io.metastore.core.storage.Cursor;
import io.metastore.core.storage.KeyReader;
import io.metastore.core.storage.SmallTable;
import io.metastore.core.storage.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs the commands of one scenario file on a machine and prints the answers. */
final class Scenario {
  private final Machines machines;
  private final List<WatchEvent> events = new ArrayList<>();
  private @Nullable TestMachine opened;
  private CommandBatch lastEntry = CommandBatch.getDefaultInstance();

  Scenario(Machines machines) {
    this.machines = machines;
  }

  /** Runs one command. Command and answer may have several lines. */
  String run(String text) {
    Line line = Line.of(text.lines().findFirst().orElseThrow());
    if (line.verb().equals("open")) {
      opened = machines.open(line.number("response-bytes"));
      return "rev=" + opened.state().revision();
    }
    return switch (line.verb()) {
      case "get" -> answer(machine().read(view -> view.range(ScenarioParser.range(line))));
      case "read" ->
          answer(
              machine()
                  .read(
                      view ->
                          view.readTxn(ScenarioParser.txn(body(text)).build(), Long.MAX_VALUE)));
      case "entry" -> apply(body(text).stream().map(ScenarioParser::command).toList());
      case "again" -> again();
      case "restart" -> restart();
      case "sweep" -> machine().sweep((int) line.number("changes")) ? "done" : "more to do";
      case "watch" -> watch(line);
      case "leases" -> leases();
      case "locks" -> locks();
      case "queue" -> queue(ScenarioParser.bytes(line.subject()));
      case "alarms" ->
          orNothing(machine().machine().alarms().stream().map(Scenario::alarm).toList());
      case "access" -> access();
      case "may" -> may(line);
      case "history" -> history();
      case "changes" -> changes();
      default -> apply(List.of(ScenarioParser.command(text)));
    };
  }

  private TestMachine machine() {
    TestMachine machine = opened;
    if (machine == null) {
      machine = machines.open();
      opened = machine;
    }
    return machine;
  }

  private static List<String> body(String text) {
    return text.lines().skip(1).toList();
  }

  private String apply(List<Command> commands) {
    lastEntry = TestMachine.batch(commands);
    Applied applied = machine().apply(lastEntry);
    events.addAll(applied.events());
    StringBuilder answer = new StringBuilder();
    for (Outcome outcome : applied.slices().get(0).outcomes()) {
      answer.append(answer(outcome));
    }
    applied
        .lockEvents()
        .forEach(
            event ->
                answer
                    .append("now ")
                    .append(lower(event.kind()))
                    .append(": ")
                    .append(text(event.key()))
                    .append(" token=")
                    .append(event.token())
                    .append('\n'));
    return answer.toString();
  }

  /** Applies the last entry again, under its own index. */
  private String again() {
    Applied applied = machine().apply(machine().state().index(), lastEntry);
    return "rev="
        + applied.revision()
        + " outcomes="
        + applied.slices().size()
        + " events="
        + applied.events().size();
  }

  private String restart() {
    machine().restart();
    return "rev=" + machine().state().revision();
  }

  // --- outcomes ----------------------------------------------------------------------------------

  private static String answer(Outcome outcome) {
    String rev = "rev=" + outcome.revision();
    if (outcome instanceof Outcome.Failed failed) {
      return rev + " " + failed.failure().code() + " " + failed.failure().detail() + "\n";
    }
    if (outcome instanceof Outcome.Ranged ranged) {
      return rev + " " + result(ranged.result(), "");
    }
    if (outcome instanceof Outcome.TxnDone done) {
      if (done.succeeded() && done.results().size() == 1) {
        return rev + " " + result(done.results().get(0), "");
      }
      return rev + " " + result(new OpResult.TxnResult(done.succeeded(), done.results()), "");
    }
    if (outcome instanceof Outcome.LeaseGranted granted) {
      return rev + " ttl=" + granted.ttl() + "\n";
    }
    if (outcome instanceof Outcome.LeaseRevoked revoked) {
      return rev + " deleted=" + revoked.deletedKeys() + "\n";
    }
    if (outcome instanceof Outcome.LoggedIn) {
      return rev + " logged in\n";
    }
    if (outcome instanceof Outcome.AlarmChanged alarm) {
      return rev + (alarm.raised() ? " raised\n" : " not raised\n");
    }
    if (outcome instanceof Outcome.LockPlace place) {
      ByteString key = place.key();
      return rev
          + (key == null
              ? " taken\n"
              : (place.held() ? " held " : " waiting ")
                  + text(key)
                  + " token="
                  + place.token()
                  + "\n");
    }
    return rev + "\n";
  }

  private static String alarm(Alarm alarm) {
    return alarm.getKind() + " member=" + alarm.getMemberId();
  }

  private static String result(OpResult result, String indent) {
    if (result instanceof OpResult.PutResult put) {
      return "put" + (put.previous() == null ? "" : " over " + version(put.previous())) + "\n";
    }
    if (result instanceof OpResult.DeleteResult delete) {
      return "deleted=" + delete.deleted() + "\n" + versions(delete.previous(), indent);
    }
    if (result instanceof OpResult.RangeResult range) {
      return "count="
          + range.count()
          + (range.more() ? " more" : "")
          + "\n"
          + versions(range.keyValues(), indent);
    }
    OpResult.TxnResult txn = (OpResult.TxnResult) result;
    StringBuilder lines = new StringBuilder(txn.succeeded() ? "then\n" : "else\n");
    for (OpResult inner : txn.results()) {
      lines.append(indent).append("  ").append(result(inner, indent + "  "));
    }
    return lines.toString();
  }

  private static String versions(List<KeyValue> keyValues, String indent) {
    return keyValues.stream()
        .map(keyValue -> indent + version(keyValue) + "\n")
        .collect(Collectors.joining());
  }

  private static String version(KeyValue keyValue) {
    return text(keyValue.key())
        + "="
        + text(keyValue.value())
        + " create="
        + keyValue.createRevision()
        + " mod="
        + keyValue.modRevision()
        + " version="
        + keyValue.version()
        + (keyValue.lease() == 0 ? "" : " lease=" + keyValue.lease());
  }

  // --- content of the tables
  // -----------------------------------------------------------------------

  private String watch(Line line) {
    KeyRange range = ScenarioParser.keys(line.subject()).toRange();
    return orNothing(
        events.stream()
            .filter(event -> event.current().modRevision() >= line.number("from"))
            .filter(event -> range.contains(event.current().key()))
            .map(Scenario::event)
            .toList());
  }

  private static String event(WatchEvent event) {
    KeyValue previous = event.previous();
    return event.kind()
        + " "
        + (event.kind() == WatchEvent.Kind.PUT
            ? version(event.current())
            : text(event.current().key()) + " mod=" + event.current().modRevision())
        + (previous == null ? "" : " over " + version(previous));
  }

  private String leases() {
    List<String> lines = new ArrayList<>();
    LeaseTable.forEach(
        machine().storage(),
        lease ->
            lines.add(
                lease.id()
                    + " ttl="
                    + lease.ttl()
                    + " remaining="
                    + lease.remaining()
                    + " granted-index="
                    + lease.grantedIndex()
                    + " keys="
                    + LeaseTable.keys(machine().storage(), lease.id()).stream()
                        .map(ScenarioParser::text)
                        .toList()));
    return orNothing(lines);
  }

  private String locks() {
    List<String> lines = new ArrayList<>();
    byte[] prefix = SmallTable.LOCK.key().toBytes();
    try (Cursor cursor = machine().storage().scan(Table.SMALL, prefix, Bytes.afterPrefix(prefix))) {
      while (cursor.next()) {
        KeyReader in = new KeyReader(cursor.key()).skip(1);
        String name = text(in.escaped());
        long token = in.int64();
        lines.add(
            name
                + ": "
                + text(in.bytes())
                + " token="
                + token
                + (cursor.value()[0] == 0 ? " exclusive" : " shared")
                + (cursor.value()[1] == 'w' ? " waiting" : " held"));
      }
    }
    return orNothing(lines);
  }

  private String queue(ByteString name) {
    return orNothing(
        LockTable.queue(machine().storage(), name).stream()
            .map(
                place ->
                    text(place.key())
                        + " token="
                        + place.token()
                        + " "
                        + lower(place.mode())
                        + " "
                        + lower(place.state())
                        + " owner="
                        + place.owner())
            .toList());
  }

  private String access() {
    AccessRules access = machine().machine().access();
    List<String> lines = new ArrayList<>();
    lines.add((access.enabled() ? "on" : "off") + " auth=" + access.revision());
    access
        .users()
        .forEach(
            user ->
                lines.add(
                    "user "
                        + user.name()
                        + " roles="
                        + user.roles()
                        + (user.noPassword() ? " no-password" : "")));
    access.roles().forEach(role -> lines.add("role " + role));
    access
        .grants()
        .forEach(
            grant ->
                lines.add(
                    text(grant.prefix())
                        + " "
                        + lower(grant.holder())
                        + " "
                        + grant.name()
                        + " "
                        + grant.rights()));
    return String.join("\n", lines);
  }

  private String may(Line line) {
    ScenarioParser.KeySpec keys = ScenarioParser.keys(line.words().get(3));
    boolean permitted =
        machine()
            .machine()
            .access()
            .permits(
                line.subject(),
                ScenarioParser.right(line.words().get(2)),
                keys.key(),
                keys.rangeEnd());
    return permitted ? "yes" : "no";
  }

  private String history() {
    List<String> lines = new ArrayList<>();
    try (Cursor cursor = machine().storage().scan(Table.HISTORY, Bytes.EMPTY, null)) {
      while (cursor.next()) {
        KeyReader in = new KeyReader(cursor.key());
        String key = text(in.escaped());
        lines.add(key + "@" + ~in.int64() + (cursor.value().length == 0 ? " deleted" : ""));
      }
    }
    return orNothing(lines);
  }

  private String changes() {
    return orNothing(
        ChangeLogs.read(machine().storage(), 0, Long.MAX_VALUE - 1).stream()
            .map(change -> change.revision() + " " + change.kind() + " " + text(change.key()))
            .toList());
  }

  private static String orNothing(List<String> lines) {
    return lines.isEmpty() ? "nothing" : String.join("\n", lines);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
