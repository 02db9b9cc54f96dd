package io.metastore.adapter.etcd;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.ChangeAlarm;
import io.metastore.core.command.Command;
import io.metastore.etcdapi.etcdserverpb.AlarmMember;
import io.metastore.etcdapi.etcdserverpb.AlarmRequest;
import io.metastore.etcdapi.etcdserverpb.AlarmResponse;
import io.metastore.etcdapi.etcdserverpb.AlarmType;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;
import java.util.List;

/** Translates {@code Alarm}. Pure. */
final class AlarmTranslator {
  private AlarmTranslator() {}

  /** Whether the request changes an alarm. An alarm of an unknown kind changes nothing. */
  static boolean isChange(AlarmRequest request) {
    boolean changes =
        switch (request.getAction()) {
          case ACTIVATE, DEACTIVATE -> true;
          case GET, UNRECOGNIZED -> false;
        };
    return changes && toKind(request.getAlarm()) != Alarm.Kind.NONE;
  }

  static Command toCommand(AlarmRequest request) {
    Alarm alarm =
        Alarm.newBuilder()
            .setKind(toKind(request.getAlarm()))
            .setMemberId(request.getMemberID())
            .build();
    return Command.newBuilder()
        .setChangeAlarm(
            ChangeAlarm.newBuilder()
                .setAlarm(alarm)
                .setRaised(request.getAction() == AlarmRequest.AlarmAction.ACTIVATE))
        .build();
  }

  /** The response to a change: the alarm, if it was or is raised. */
  static AlarmResponse toChanged(AlarmRequest request, ResponseHeader header, Outcome outcome) {
    AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(header);
    if (outcome instanceof Outcome.AlarmChanged changed && changed.raised()) {
      response.addAlarms(
          AlarmMember.newBuilder().setMemberID(request.getMemberID()).setAlarm(request.getAlarm()));
    }
    return response.build();
  }

  /**
   * The response with all alarms, or those of the requested kind.
   *
   * @param raised all raised alarms
   */
  static AlarmResponse toList(AlarmRequest request, ResponseHeader header, List<Alarm> raised) {
    AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(header);
    if (request.getAction() != AlarmRequest.AlarmAction.GET) {
      return response.build();
    }
    for (Alarm alarm : raised) {
      AlarmMember member = toMember(alarm);
      if (request.getAlarm() == AlarmType.NONE || request.getAlarm() == member.getAlarm()) {
        response.addAlarms(member);
      }
    }
    return response.build();
  }

  /** The text for an alarm in etcd's status response. */
  static String toText(Alarm alarm) {
    return "memberID:"
        + Long.toUnsignedString(alarm.getMemberId())
        + " alarm:"
        + alarm.getKind().name()
        + " ";
  }

  private static AlarmMember toMember(Alarm alarm) {
    return AlarmMember.newBuilder()
        .setMemberID(alarm.getMemberId())
        .setAlarm(
            switch (alarm.getKind()) {
              case NOSPACE -> AlarmType.NOSPACE;
              case CORRUPT -> AlarmType.CORRUPT;
              case NONE, UNRECOGNIZED -> AlarmType.NONE;
            })
        .build();
  }

  private static Alarm.Kind toKind(AlarmType type) {
    return switch (type) {
      case NOSPACE -> Alarm.Kind.NOSPACE;
      case CORRUPT -> Alarm.Kind.CORRUPT;
      case NONE, UNRECOGNIZED -> Alarm.Kind.NONE;
    };
  }
}
