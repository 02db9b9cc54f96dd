package io.metastore.core.machine;

import static io.metastore.core.machine.TreeRequests.ANYONE;
import static io.metastore.core.machine.TreeRequests.check;
import static io.metastore.core.machine.TreeRequests.createNode;
import static io.metastore.core.machine.TreeRequests.delete;
import static io.metastore.core.machine.TreeRequests.entry;
import static io.metastore.core.machine.TreeRequests.ephemeral;
import static io.metastore.core.machine.TreeRequests.identity;
import static io.metastore.core.machine.TreeRequests.node;
import static io.metastore.core.machine.TreeRequests.set;
import static io.metastore.core.machine.TreeRequests.setAcl;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.metastore.core.api.NodeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.SessionEvent;
import io.metastore.core.api.TreeError;
import io.metastore.core.api.TreeEvent;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.api.ZnodeStat;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.ReapNode;
import io.metastore.core.command.RevokeLease;
import io.metastore.core.lease.Lease;
import io.metastore.core.lease.LeaseTable;
import io.metastore.core.machine.TreeRequests.TestSession;
import io.metastore.core.tree.TreeReader;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Effects of single requests on the znode tree. */
class TreeTest {
  private static final List<Identity> ALICE = List.of(identity("digest", "alice:hash"));

  @RegisterExtension final Machines machines = new Machines();

  private TestMachine machine;
  private TestSession session;

  @BeforeEach
  void open() {
    machine = machines.open();
    session = TreeRequests.open(machine, 1);
  }

  @Test
  void aNewTreeHasTheNodesThatZooKeeperHas() {
    assertThat(tree().totals().nodes()).isEqualTo(4);
    assertThat(tree().children("/")).containsExactly("zookeeper");
    assertThat(tree().children("/zookeeper")).containsExactly("config", "quota");
    assertThat(stat("/").childVersion()).isEqualTo(-1);
    assertThat(stat("/zookeeper").childVersion()).isEqualTo(-2);
    assertThat(machine.state().revision()).as("opening a session makes no revision").isEqualTo(1);
  }

  @Test
  void aChildChangesOnlyItsParentsCounters() {
    change(createNode("/a"));
    ZnodeStat before = stat("/a");
    long revision = change(createNode("/a/b"));
    ZnodeStat parent = stat("/a");
    assertThat(parent.children()).isEqualTo(1);
    assertThat(parent.childVersion()).isEqualTo(1);
    assertThat(parent.childrenChanged()).isEqualTo(revision);
    assertThat(parent.modified()).isEqualTo(before.modified());
    assertThat(parent.version()).isZero();
    revision = change(delete("/a/b", -1));
    assertThat(stat("/a").childVersion()).isEqualTo(2);
    assertThat(stat("/a").childrenChanged()).isEqualTo(revision);
  }

  @Test
  void aSequenceNumberIsTheNumberOfChildrenEverCreated() {
    change(createNode("/q"));
    change(createNode("/q/x"));
    change(delete("/q/x", -1));
    assertThat(created(createNode(node("/q/n-", "").setSequential(true))))
        .isEqualTo("/q/n-0000000001");
    assertThat(created(createNode(node("/q/", "").setSequential(true)))).isEqualTo("/q/0000000002");
  }

  @Test
  void aMultiIsAllOrNothingAndOneRevision() {
    long revision =
        change(createNode("/a"), createNode("/a/b"), set("/a/b", "1", 0), check("/a/b", 1));
    assertThat(stat("/a").created()).isEqualTo(revision);
    assertThat(stat("/a/b").modified()).isEqualTo(revision);
    Outcome refused = machine.outcome(session.change(createNode("/c"), delete("/a", -1)));
    assertThat(refused).isEqualTo(new Outcome.TreeRefused(revision, 1, TreeError.NOT_EMPTY));
    assertThat(tree().find("/c")).isNull();
    assertThat(machine.state().revision())
        .as("a failed request makes no revision")
        .isEqualTo(revision);
    assertThat(created(createNode(node("/s", "").setSequential(true))))
        .as("the counter was restored")
        .isEqualTo("/s0000000001");
  }

  @Test
  void theEndOfASessionDeletesItsNodesInOneRevision() {
    change(createNode("/p"));
    TestSession other = TreeRequests.open(machine, 2);
    machine.apply(other.change(ephemeral("/p/1")), other.change(ephemeral("/p/2")));
    change(ephemeral("/mine"));
    long before = machine.state().revision();
    Applied ended = machine.apply(other.end());
    assertThat(ended.revision()).isEqualTo(before + 1);
    assertThat(ended.treeEvents())
        .extracting(event -> event.kind() + event.path())
        .containsExactly("DELETED/p/1", "CHILDREN_CHANGED/p", "DELETED/p/2", "CHILDREN_CHANGED/p");
    assertThat(ended.sessionEvents()).containsExactly(new SessionEvent.Ended(other.id));
    assertThat(tree().children("/p")).isEmpty();
    assertThat(tree().find("/mine")).isNotNull();
    assertThat(refusal(other, createNode("/x"))).isEqualTo(TreeError.SESSION_EXPIRED);
  }

  @Test
  void anExpiredSessionEndsLikeAClosedOne() {
    change(ephemeral("/e"));
    Lease lease = requireNonNull(LeaseTable.find(machine.storage(), session.id));
    assertThat(lease.kind()).isEqualTo(Lease.Kind.SESSION);
    Applied expired =
        machine.apply(
            Command.newBuilder()
                .setRevokeLease(
                    RevokeLease.newBuilder()
                        .setId(session.id)
                        .setGrantedIndex(lease.grantedIndex())
                        .setTerm(TestMachine.TERM))
                .build());
    assertThat(expired.sessionEvents()).containsExactly(new SessionEvent.Ended(session.id));
    assertThat(tree().find("/e")).isNull();
  }

  @Test
  void onlyTheConnectionAttachedLastCanWrite() {
    TestSession old = new TestSession(session.id, session.attachment);
    assertThat(machine.apply(session.attach(9, "secret")).sessionEvents())
        .containsExactly(new SessionEvent.Attached(session.id, 9));
    assertThat(refusal(old, createNode("/a"))).isEqualTo(TreeError.SESSION_MOVED);
    change(createNode("/a"));
    assertThat(machine.outcome(session.attach(10, "wrong")))
        .isEqualTo(new Outcome.TreeRefused(2, 0, TreeError.SESSION_EXPIRED));
  }

  @Test
  void aRequestIsAppliedOnceAndNeverAfterALostOne() {
    Command first = session.change(createNode("/a"));
    Command lost = session.change(createNode("/b"));
    Command last = session.change(createNode("/c"));
    assertThat(lost.hasTreeChange()).isTrue();
    machine.apply(first, first, last);
    assertThat(tree().children("/")).containsExactly("a", "zookeeper");
    assertThat(stat("/a").childVersion()).isZero();
  }

  @Test
  void errorsAreThoseOfZooKeeper() {
    change(createNode("/a"));
    change(createNode("/a/b"));
    change(ephemeral("/e"));
    assertThat(refusal(session, createNode("/a"))).isEqualTo(TreeError.NODE_EXISTS);
    assertThat(refusal(session, createNode("/x/y"))).isEqualTo(TreeError.NO_NODE);
    assertThat(refusal(session, createNode("/e/y")))
        .isEqualTo(TreeError.NO_CHILDREN_FOR_EPHEMERALS);
    assertThat(refusal(session, createNode("a"))).isEqualTo(TreeError.BAD_ARGUMENTS);
    assertThat(refusal(session, createNode("/a/"))).isEqualTo(TreeError.BAD_ARGUMENTS);
    assertThat(refusal(session, createNode("/a/.."))).isEqualTo(TreeError.BAD_ARGUMENTS);
    assertThat(refusal(session, createNode("/a\u0001"))).isEqualTo(TreeError.BAD_ARGUMENTS);
    assertThat(refusal(session, createNode("/a/...x"))).isNull();
    assertThat(refusal(session, delete("/a", -1))).isEqualTo(TreeError.NOT_EMPTY);
    assertThat(refusal(session, delete("/a/b", 1))).isEqualTo(TreeError.BAD_VERSION);
    assertThat(refusal(session, delete("//a", -1))).isEqualTo(TreeError.NO_NODE);
    assertThat(refusal(session, delete("/zookeeper", -1))).isEqualTo(TreeError.BAD_ARGUMENTS);
    assertThat(refusal(session, set("/nope", "", -1))).isEqualTo(TreeError.NO_NODE);
    assertThat(refusal(session, set("/a", "", 1))).isEqualTo(TreeError.BAD_VERSION);
    assertThat(refusal(session, check("/a", 1))).isEqualTo(TreeError.BAD_VERSION);
    assertThat(refusal(session, setAcl("/a", 1, ANYONE))).isEqualTo(TreeError.BAD_VERSION);
  }

  @Test
  void accessListsAreEnforced() {
    AclEntry alice = entry(31, "auth", "");
    AclEntry readers = entry(1, "ip", "10.0.0.0/8");
    Outcome made =
        machine.outcome(
            session.change(
                ALICE,
                createNode(CreateNode.newBuilder().setPath("/a").addAcl(alice).addAcl(readers))));
    assertThat(made).isInstanceOf(Outcome.TreeChanged.class);
    assertThat(acl("/a").entries()).containsExactly(entry(31, "digest", "alice:hash"), readers);
    assertThat(acl("/a").permits(1, List.of(identity("ip", "10.1.2.3")))).isTrue();
    assertThat(acl("/a").permits(1, List.of(identity("ip", "11.1.2.3")))).isFalse();
    assertThat(refusal(session, createNode("/a/b"))).isEqualTo(TreeError.NO_AUTH);
    assertThat(refusal(session, set("/a", "", -1))).isEqualTo(TreeError.NO_AUTH);
    assertThat(refusal(session, setAcl("/a", -1, ANYONE))).isEqualTo(TreeError.NO_AUTH);
    assertThat(refusal(session, check("/a", -1))).isEqualTo(TreeError.NO_AUTH);
    assertThat(refusal(session, createNode(CreateNode.newBuilder().setPath("/c").addAcl(alice))))
        .as("nobody has authenticated")
        .isEqualTo(TreeError.INVALID_ACL);
    assertThat(refusal(session, createNode(CreateNode.newBuilder().setPath("/c"))))
        .isEqualTo(TreeError.INVALID_ACL);
    assertThat(machine.outcome(session.change(ALICE, setAcl("/a", 0, ANYONE))))
        .isInstanceOf(Outcome.TreeChanged.class);
    assertThat(stat("/a").aclVersion()).isEqualTo(1);
    change(createNode("/a/b"));
  }

  @Test
  void aContainerIsDeletedAfterItsLastChild() {
    change(createNode(node("/c", "").setKind(CreateNode.Kind.CONTAINER)));
    reap("/c");
    assertThat(tree().find("/c")).as("never used").isNotNull();
    change(createNode("/c/x"));
    reap("/c");
    assertThat(tree().find("/c")).as("in use").isNotNull();
    change(delete("/c/x", -1));
    assertThat(reap("/c")).extracting(TreeEvent::path).containsExactly("/c", "/");
    assertThat(tree().find("/c")).isNull();
  }

  @Test
  void aTtlNodeIsDeletedWhenItsDataIsOldAndItHasNoChildren() {
    at(1000, session.change(createNode(node("/t", "").setKind(CreateNode.Kind.TTL).setTtlMs(100))));
    assertThat(stat("/t").session()).isZero();
    at(1099, reapNode("/t"));
    at(1099, session.change(set("/t", "new", -1)));
    at(1100, reapNode("/t"));
    assertThat(tree().find("/t")).isNotNull();
    at(1150, session.change(createNode("/t/x")));
    at(1200, reapNode("/t"));
    assertThat(tree().find("/t")).isNotNull();
    at(1201, session.change(delete("/t/x", -1)));
    at(1202, reapNode("/t"));
    assertThat(tree().find("/t")).isNull();
  }

  @Test
  void dataMayBeMissingOrEmpty() {
    change(createNode(CreateNode.newBuilder().setPath("/none").addAcl(ANYONE)));
    change(createNode("/empty"));
    assertThat(tree().findData("/none")).isNull();
    assertThat(tree().findData("/empty")).isEqualTo(Commands.bytes(""));
    assertThat(stat("/none").dataLength()).isZero();
  }

  @Test
  void countingDescendantsExcludesNeighbours() {
    for (String path : List.of("/a", "/a/b", "/a/b/c", "/a/d", "/a-b", "/ab", "/a-b/c")) {
      change(createNode(path));
    }
    assertThat(tree().countDescendants("/a")).isEqualTo(3);
    assertThat(tree().countDescendants("/")).isEqualTo(10);
    assertThat(tree().children("/a")).containsExactly("b", "d");
    assertThat(tree().children("/")).containsExactly("a", "a-b", "ab", "zookeeper");
  }

  @Test
  void aHardLimitRefusesWhatWouldExceedIt() {
    change(createNode("/a"));
    change(createNode("/a/b"));
    limit("/a", "count=-1,bytes=-1=;byteHardLimit=3;countHardLimit=3");
    assertThat(data("/zookeeper/quota/a/zookeeper_stats")).isEqualTo("count=2,bytes=0");
    change(set("/a/b", "12", -1));
    assertThat(enforced(set("/a", "34", -1))).isEqualTo(TreeError.QUOTA_EXCEEDED);
    assertThat(enforced(createNode("/a/b/c"))).isNull();
    assertThat(enforced(createNode("/a/d"))).isEqualTo(TreeError.QUOTA_EXCEEDED);
    assertThat(data("/zookeeper/quota/a/zookeeper_stats")).isEqualTo("count=3,bytes=2");
    assertThat(stat("/zookeeper/quota/a/zookeeper_stats").version()).isZero();
    change(delete("/a/b/c", -1));
    assertThat(enforced(createNode("/a/d"), delete("/a/d", -1))).isNull();
    assertThat(refusal(session, createNode(node("/a/d", "12345")))).as("not enforced").isNull();
    assertThat(data("/zookeeper/quota/a/zookeeper_stats")).isEqualTo("count=3,bytes=7");
    assertThat(enforced(set("/a/d", "", -1))).as("needs less").isNull();
    change(delete("/zookeeper/quota/a/zookeeper_limits", -1));
    assertThat(enforced(createNode("/a/e"))).isNull();
    assertThat(data("/zookeeper/quota/a/zookeeper_stats")).isEqualTo("count=3,bytes=2");
  }

  @Test
  void theHardLimitBeforeARequestCountsForAllItsOperations() {
    change(createNode("/a"));
    limit("/a", "countHardLimit=2");
    assertThat(enforced(createNode("/a/b"), createNode("/a/c"))).as("each fits alone").isNull();
    assertThat(enforced(createNode("/a/d"))).isEqualTo(TreeError.QUOTA_EXCEEDED);
    NodeOp raise = set("/zookeeper/quota/a/zookeeper_limits", "countHardLimit=9", -1);
    assertThat(enforced(raise, createNode("/a/d")))
        .as("the limit is raised too late")
        .isEqualTo(TreeError.QUOTA_EXCEEDED);
  }

  @Test
  void onlyTheDeepestQuotaCounts() {
    change(createNode("/a"));
    change(createNode("/a/b"));
    limit("/a", "countHardLimit=2");
    limit("/a/b", "countHardLimit=9");
    assertThat(enforced(createNode("/a/c"))).isEqualTo(TreeError.QUOTA_EXCEEDED);
    assertThat(enforced(createNode("/a/b/c"))).isNull();
    assertThat(data("/zookeeper/quota/a/zookeeper_stats")).isEqualTo("count=2,bytes=0");
    assertThat(data("/zookeeper/quota/a/b/zookeeper_stats")).isEqualTo("count=2,bytes=0");
  }

  @Test
  void keysAndNodesShareOneCounter() {
    machine.apply(Commands.put("k", "v"));
    assertThat(change(createNode("/a"))).isEqualTo(3);
    machine.apply(Commands.put("k", "v"));
    assertThat(machine.state().revision()).isEqualTo(4);
  }

  // --- helpers ---------------------------------------------------------------------------------

  private long change(NodeOp... ops) {
    Outcome outcome = machine.outcome(session.change(ops));
    assertThat(outcome).isInstanceOf(Outcome.TreeChanged.class);
    return outcome.revision();
  }

  private String created(NodeOp op) {
    List<NodeResult> results =
        ((Outcome.TreeChanged) machine.outcome(session.change(op))).results();
    return requireNonNull(results.get(0).path());
  }

  /** The error of a refused request; null if it is not refused. */
  private @Nullable TreeError refusal(TestSession by, NodeOp op) {
    return machine.outcome(by.change(op)) instanceof Outcome.TreeRefused refused
        ? refused.error()
        : null;
  }

  private @Nullable TreeError enforced(NodeOp... ops) {
    Command.Builder command = session.change(ops).toBuilder();
    command.getTreeChangeBuilder().setEnforceQuotas(true);
    return machine.outcome(command.build()) instanceof Outcome.TreeRefused refused
        ? refused.error()
        : null;
  }

  private void limit(String path, String limits) {
    change(createNode("/zookeeper/quota" + path));
    change(createNode(node("/zookeeper/quota" + path + "/zookeeper_limits", limits)));
    change(createNode("/zookeeper/quota" + path + "/zookeeper_stats"));
  }

  private String data(String path) {
    return requireNonNull(tree().findData(path), path).toStringUtf8();
  }

  private void at(long timeMs, Command command) {
    CommandBatch batch = TestMachine.batch(List.of(command)).toBuilder().setTimeMs(timeMs).build();
    machine.apply(batch);
  }

  private List<TreeEvent> reap(String path) {
    return machine.apply(reapNode(path)).treeEvents();
  }

  private static Command reapNode(String path) {
    return Command.newBuilder().setReapNode(ReapNode.newBuilder().setPath(path)).build();
  }

  private TreeView tree() {
    return new TreeReader(machine.storage());
  }

  private ZnodeStat stat(String path) {
    return requireNonNull(tree().find(path), path).stat();
  }

  private ZnodeAcl acl(String path) {
    return requireNonNull(tree().find(path), path).acl();
  }
}
