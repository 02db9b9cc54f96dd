package io.metastore.core.machine;

import static java.util.Objects.requireNonNull;

import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Command;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.ReapNode;
import io.metastore.core.machine.TreeRequests.TestSession;
import java.util.List;
import java.util.Random;

/** Generates requests to the znode tree from a seed. They use few paths, so that many collide. */
final class RandomTreeRequests {
  private static final String QUOTA = "/zookeeper/quota/a";
  private static final List<String> PATHS =
      List.of(
          "/a",
          "/a/b",
          "/a/b/c",
          "/a/c",
          "/a-",
          "/ab",
          "/d",
          "/d/b",
          "/zookeeper",
          "/",
          QUOTA,
          QUOTA + "/zookeeper_limits",
          QUOTA + "/zookeeper_stats");
  private static final List<String> LIMITS =
      List.of("count=1,bytes=1", "count=-1,bytes=-1=;byteHardLimit=3;countHardLimit=3", "a=,b", "");
  private static final Identity ALICE = TreeRequests.identity("digest", "alice:1");
  private static final Identity BOB = TreeRequests.identity("digest", "bob:2");

  private final Random random;

  RandomTreeRequests(Random random) {
    this.random = random;
  }

  /** A request of one or several operations by a client with random identities. */
  Command change(TestSession session) {
    NodeOp[] ops = new NodeOp[random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1];
    for (int i = 0; i < ops.length; i++) {
      ops[i] = op();
    }
    List<Identity> client =
        switch (random.nextInt(3)) {
          case 0 -> List.of(ALICE);
          case 1 -> List.of(BOB, ALICE);
          default -> List.of();
        };
    Command.Builder command = session.change(client, ops).toBuilder();
    command.getTreeChangeBuilder().setEnforceQuotas(random.nextBoolean());
    return command.build();
  }

  Command reap() {
    return Command.newBuilder().setReapNode(ReapNode.newBuilder().setPath(path())).build();
  }

  private NodeOp op() {
    String path = path();
    int version = random.nextInt(3) == 0 ? random.nextInt(3) : -1;
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> create(path.equals("/") ? "/e" : path);
      case 4, 5 -> TreeRequests.delete(path, version);
      case 6, 7 -> TreeRequests.set(path, data(path), version);
      case 8 ->
          random.nextBoolean()
              ? TreeRequests.setAcl(path, version, acl())
              : TreeRequests.setAcl(path, version, TreeRequests.ANYONE);
      default -> TreeRequests.check(path, version);
    };
  }

  private NodeOp create(String path) {
    CreateNode.Kind kind = CreateNode.Kind.forNumber(random.nextInt(4));
    CreateNode.Builder create =
        TreeRequests.node(path, data(path))
            .setKind(requireNonNull(kind))
            .setSequential(random.nextInt(4) == 0);
    if (kind == CreateNode.Kind.TTL) {
      create.setTtlMs(1 + random.nextInt(100));
    }
    if (random.nextInt(3) == 0) {
      create.clearAcl().addAcl(acl()).addAcl(TreeRequests.entry(8, "world", "anyone"));
    }
    return TreeRequests.createNode(create);
  }

  private AclEntry acl() {
    Identity identity = random.nextBoolean() ? ALICE : BOB;
    return AclEntry.newBuilder()
        .setPermissions(1 + random.nextInt(31))
        .setIdentity(identity)
        .build();
  }

  private String path() {
    return PATHS.get(random.nextInt(PATHS.size()));
  }

  private String data(String path) {
    return path.startsWith(QUOTA)
        ? LIMITS.get(random.nextInt(LIMITS.size()))
        : "x".repeat(random.nextInt(3));
  }
}
