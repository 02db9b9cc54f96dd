package io.metastore.server;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.metastore.adapter.etcd.EtcdServices;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.Outcome;
import io.metastore.core.raft.PeerPages.Page;
import io.metastore.core.raft.PeerPages.Request;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * The page {@code /members/hashkv}: takes a {@code HashKVRequest} and answers with a {@code
 * HashKVResponse}, both in the JSON of Go's structs. Source: etcd's {@code hashKVHandler}.
 */
final class HashPage {
  /** Errors for clients begin with it; those of this page do not. */
  private static final String PREFIX = "etcdserver: ";

  private final Metastore store;

  HashPage(Metastore store) {
    this.store = store;
  }

  CompletableFuture<Page> answer(Request request) {
    String clusterId = Long.toHexString(store.cluster().clusterId());
    if (request.clusterId() != null && !request.clusterId().equals(clusterId)) {
      return CompletableFuture.completedFuture(Page.error(412, "cluster ID mismatch"));
    }
    long revision;
    try {
      revision = revision(request.body());
    } catch (RuntimeException e) { // Gson's, or a number that is not one
      return CompletableFuture.completedFuture(Page.error(400, "error unmarshalling request"));
    }
    return store
        .hash(revision)
        .thenApply(
            outcome ->
                outcome instanceof Outcome.Hashed hashed
                    ? new Page(200, json(hashed), Map.of(MemberPages.CLUSTER_ID, clusterId))
                    : Page.error(400, EtcdServices.errorText(outcome).substring(PREFIX.length())));
  }

  private static long revision(String body) {
    JsonElement revision = JsonParser.parseString(body).getAsJsonObject().get("revision");
    return revision == null ? 0 : revision.getAsLong();
  }

  private static String json(Outcome.Hashed hashed) {
    JsonObject header = new JsonObject();
    header.addProperty("revision", hashed.revision());
    JsonObject reply = new JsonObject();
    reply.add("header", header);
    reply.addProperty("hash", Integer.toUnsignedLong(hashed.hash()));
    reply.addProperty("compact_revision", hashed.compacted());
    reply.addProperty("hash_revision", hashed.hashedRevision());
    return reply.toString();
  }
}
