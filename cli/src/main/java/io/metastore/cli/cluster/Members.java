package io.metastore.cli.cluster;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.NewMember;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Formats and parses member IDs and new members. */
final class Members {
  private Members() {}

  /** Formats a member ID as etcd does: in hexadecimal. */
  static String id(long id) {
    return Long.toHexString(id);
  }

  static String role(Member member, long leaderId) {
    if (member.getLearner()) {
      return "learner";
    }
    return member.getId() == leaderId ? "leader" : "voter";
  }

  static JsonObject json(Member member) {
    JsonObject json = new JsonObject();
    json.addProperty("member", id(member.getId()));
    json.addProperty("name", member.getName());
    json.addProperty("peer_url", member.getPeerUrl());
    JsonArray clientUrls = new JsonArray();
    member.getClientUrlsList().forEach(clientUrls::add);
    json.add("client_urls", clientUrls);
    json.addProperty("learner", member.getLearner());
    return json;
  }

  /** Parses a hexadecimal member ID. */
  static final class IdText implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Long.parseUnsignedLong(text, 16);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "expected a member ID as printed by 'metastore members', not: " + text);
      }
    }
  }

  /** Parses {@code NAME=URL}, as in etcd's --initial-cluster. */
  static final class NewMemberText implements ITypeConverter<NewMember> {
    @Override
    public NewMember convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new TypeConversionException("expected NAME=URL, not: " + text);
      }
      return NewMember.newBuilder()
          .setName(text.substring(0, equals))
          .setPeerUrl(text.substring(equals + 1))
          .build();
    }
  }
}
