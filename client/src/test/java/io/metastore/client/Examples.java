package io.metastore.client;

import io.metastore.api.v1.Entry;
import io.metastore.api.v1.Grant;
import io.metastore.api.v1.Member;
import io.metastore.api.v1.MembersRequest;
import io.metastore.api.v1.MembersResponse;
import io.metastore.api.v1.Principal;
import io.metastore.api.v1.PutUserRequest;
import io.metastore.api.v1.Right;
import io.metastore.api.v1.WatchRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The examples of the Javadoc, word for word, so that they are compiled. */
final class Examples {
  private Examples() {}

  static @Nullable Entry client() throws InterruptedException {
    try (MetastoreClient client = MetastoreClient.builder().endpoints("127.0.0.1:2379").build()) {
      client.keyValue().put("/app/greeting", "hello");
      Entry entry = client.keyValue().find("/app/greeting");
      return entry;
    }
  }

  static void keyValue(MetastoreClient client) throws InterruptedException {
    KeyValue kv = client.keyValue();
    kv.put("/app/owner", "me", Conditions.absent("/app/owner"));
    for (Entry entry : kv.read(Conditions.subtree("/app"))) {
      System.out.println(entry.getKey() + " = " + entry.getValue().toStringUtf8());
    }
  }

  static long watch(MetastoreClient client, Consumer<Entry> reload) throws Exception {
    Watch watch =
        client
            .keyValue()
            .watch(
                WatchRequest.newBuilder().setSubtree("/app/config").build(),
                (revision, events) -> events.forEach(event -> reload.accept(event.getEntry())));
    long from = watch.ready().get(); // every change after this revision will be reported
    return from;
  }

  static void session(MetastoreClient client) throws InterruptedException {
    try (Session session = client.newSession(Duration.ofSeconds(10), "host-7:4711:worker")) {
      session.addListener(state -> System.out.println("session is " + state));
      client.keyValue().putEphemeral(session, "/workers/host-7", "ready");
      try (HeldLock leader = session.lock("/leader").acquire()) {
        client.keyValue().put("/app/leader", "host-7", leader.fence());
      }
    }
  }

  static Optional<HeldLock> lock(MetastoreClient client, Session session)
      throws InterruptedException {
    try (HeldLock held = session.lock("/jobs/nightly").acquire()) {
      client.keyValue().put("/jobs/state", "running", held.fence());
    }
    Optional<HeldLock> perhaps = session.sharedLock("/jobs").tryAcquire(Duration.ofSeconds(2));
    return perhaps;
  }

  static long transaction(MetastoreClient client) throws InterruptedException {
    long sum =
        client
            .transactions()
            .run(
                tx -> {
                  long from = Long.parseLong(tx.get("/accounts/a").getValue().toStringUtf8());
                  tx.put("/accounts/a", Long.toString(from - 10));
                  return from - 10;
                });
    return sum;
  }

  static void cluster(MetastoreClient client) throws InterruptedException {
    MembersResponse members = client.cluster().members(MembersRequest.getDefaultInstance());
    for (Member member : members.getMembersList()) {
      System.out.println(member.getName() + " at " + member.getClientUrlsList());
    }
  }

  static void accessControl(MetastoreClient client, String password) throws InterruptedException {
    AccessControl acl = client.accessControl();
    acl.putUser(PutUserRequest.newBuilder().setName("app").setPassword(password).build());
    acl.setGrant(
        Grant.newBuilder()
            .setDirectory("/app")
            .setPrincipal(Principal.newBuilder().setUser("app"))
            .addRights(Right.READ)
            .addRights(Right.WRITE)
            .build());
  }
}
