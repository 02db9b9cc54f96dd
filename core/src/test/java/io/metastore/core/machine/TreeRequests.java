package io.metastore.core.machine;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.AttachSession;
import io.metastore.core.command.CheckNode;
import io.metastore.core.command.Command;
import io.metastore.core.command.CreateNode;
import io.metastore.core.command.DeleteNode;
import io.metastore.core.command.EndSession;
import io.metastore.core.command.Identity;
import io.metastore.core.command.NodeOp;
import io.metastore.core.command.OpenSession;
import io.metastore.core.command.SetNodeAcl;
import io.metastore.core.command.SetNodeData;
import io.metastore.core.command.TreeChange;
import java.util.List;

/** Short builders for requests to the znode tree. Data is UTF-8. */
public final class TreeRequests {
  static final AclEntry ANYONE = entry(31, "world", "anyone");

  private TreeRequests() {}

  /** The state of a session that its client keeps. */
  public static final class TestSession {
    final long id;
    long attachment;
    long number;

    public TestSession(long id, long attachment) {
      this.id = id;
      this.attachment = attachment;
    }

    Command change(List<Identity> identities, NodeOp... ops) {
      return Command.newBuilder()
          .setTreeChange(
              TreeChange.newBuilder()
                  .setSession(id)
                  .setAttachment(attachment)
                  .setNumber(++number)
                  .addAllIdentities(identities)
                  .addAllOps(List.of(ops)))
          .build();
    }

    public Command change(NodeOp... ops) {
      return change(List.of(), ops);
    }

    Command attach(long next, String password) {
      attachment = next;
      number = 0;
      return Command.newBuilder()
          .setAttachSession(
              AttachSession.newBuilder()
                  .setSession(id)
                  .setPassword(Commands.bytes(password))
                  .setAttachment(next))
          .build();
    }

    Command end() {
      return Command.newBuilder()
          .setEndSession(
              EndSession.newBuilder().setSession(id).setAttachment(attachment).setNumber(++number))
          .build();
    }
  }

  static Command open(long attachment) {
    return Command.newBuilder()
        .setOpenSession(
            OpenSession.newBuilder()
                .setTimeoutMs(4000)
                .setTtl(5)
                .setPassword(Commands.bytes("secret"))
                .setAttachment(attachment))
        .build();
  }

  static TestSession open(TestMachine machine, long attachment) {
    Outcome.SessionAttached opened = (Outcome.SessionAttached) machine.outcome(open(attachment));
    return new TestSession(opened.session(), attachment);
  }

  public static CreateNode.Builder node(String path, String data) {
    return CreateNode.newBuilder().setPath(path).setData(Commands.bytes(data)).addAcl(ANYONE);
  }

  public static NodeOp createNode(CreateNode.Builder create) {
    return NodeOp.newBuilder().setCreate(create).build();
  }

  static NodeOp createNode(String path) {
    return createNode(node(path, ""));
  }

  static NodeOp ephemeral(String path) {
    return createNode(node(path, "").setKind(CreateNode.Kind.EPHEMERAL));
  }

  public static NodeOp delete(String path, int version) {
    return NodeOp.newBuilder()
        .setDelete(DeleteNode.newBuilder().setPath(path).setVersion(version))
        .build();
  }

  public static NodeOp set(String path, String data, int version) {
    return NodeOp.newBuilder()
        .setSetData(
            SetNodeData.newBuilder()
                .setPath(path)
                .setData(Commands.bytes(data))
                .setVersion(version))
        .build();
  }

  static NodeOp check(String path, int version) {
    return NodeOp.newBuilder()
        .setCheck(CheckNode.newBuilder().setPath(path).setVersion(version))
        .build();
  }

  static NodeOp setAcl(String path, int version, AclEntry... entries) {
    return NodeOp.newBuilder()
        .setSetAcl(
            SetNodeAcl.newBuilder()
                .setPath(path)
                .setAclVersion(version)
                .addAllAcl(List.of(entries)))
        .build();
  }

  static AclEntry entry(int permissions, String scheme, String id) {
    return AclEntry.newBuilder()
        .setPermissions(permissions)
        .setIdentity(identity(scheme, id))
        .build();
  }

  static Identity identity(String scheme, String id) {
    return Identity.newBuilder().setScheme(scheme).setId(id).build();
  }
}
