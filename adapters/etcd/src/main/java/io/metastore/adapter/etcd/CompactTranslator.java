package io.metastore.adapter.etcd;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.Compact;
import io.metastore.etcdapi.etcdserverpb.CompactionRequest;
import io.metastore.etcdapi.etcdserverpb.CompactionResponse;
import io.metastore.etcdapi.etcdserverpb.ResponseHeader;

/** Translates Compact. */
final class CompactTranslator {
  private CompactTranslator() {}

  static Command toCommand(CompactionRequest request) {
    return Command.newBuilder()
        .setCompact(Compact.newBuilder().setRevision(request.getRevision()))
        .build();
  }

  static CompactionResponse toReply(ResponseHeader header, Outcome done) {
    return CompactionResponse.newBuilder().setHeader(header).build();
  }
}
