package io.metastore.adapter.zookeeper;

import io.metastore.adapter.zookeeper.wire.ErrorCode;
import io.metastore.adapter.zookeeper.wire.JuteWriter;
import io.metastore.adapter.zookeeper.wire.OpCode;
import io.metastore.adapter.zookeeper.wire.Request;
import io.metastore.core.api.TreeView;
import io.metastore.core.api.ZnodeAcl;
import io.metastore.core.command.AclEntry;
import io.metastore.core.command.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Answers a client's reads from one view of the tree. The checks and their order are those of
 * ZooKeeper's {@code FinalRequestProcessor}.
 *
 * @param client the client's identities
 */
record TreeReads(TreeView tree, List<Identity> client, long session) {
  /** Longer lists of children are not read on an event loop. */
  private static final int CHILDREN_AT_ONCE_MAX = 1000;

  ReadAnswer exists(Request.Exists exists) {
    TreeView.Node node = tree.find(exists.path());
    ReadAnswer answer;
    if (node == null) {
      answer = ReadAnswer.error(ErrorCode.NO_NODE);
    } else if (mayRead(node)) {
      answer = ReadAnswer.of(out -> out.stat(node.stat()));
    } else {
      return ReadAnswer.error(ErrorCode.NO_AUTH);
    }
    return exists.watch() ? answer.arming(WatchKind.DATA, exists.path()) : answer;
  }

  ReadAnswer data(Request.GetData get) {
    return readable(
        get.path(),
        node -> {
          ReadAnswer answer =
              ReadAnswer.of(out -> out.buffer(tree.findData(get.path())).stat(node.stat()));
          return get.watch() ? answer.arming(WatchKind.DATA, get.path()) : answer;
        });
  }

  ReadAnswer children(Request.GetChildren get) {
    return readable(
        get.path(),
        node -> {
          ReadAnswer answer =
              ReadAnswer.of(
                  out -> {
                    out.strings(tree.children(get.path()));
                    if (get.stat()) {
                      out.stat(node.stat());
                    }
                  });
          answer = get.watch() ? answer.arming(WatchKind.CHILDREN, get.path()) : answer;
          return node.stat().children() > CHILDREN_AT_ONCE_MAX ? answer.slowly() : answer;
        });
  }

  ReadAnswer countDescendants(Request.CountDescendants count) {
    return readable(
        count.path(),
        node -> ReadAnswer.of(out -> out.int32(tree.countDescendants(count.path()))).slowly());
  }

  ReadAnswer ephemerals(Request.GetEphemerals get) {
    String prefix = get.prefix().equals("/") ? "" : get.prefix();
    return ReadAnswer.of(
            out ->
                out.strings(
                    tree.ephemerals(session).stream()
                        .filter(path -> path.startsWith(prefix))
                        .toList()))
        .slowly();
  }

  ReadAnswer acl(Request.GetAcl get) {
    TreeView.Node node = tree.find(get.path());
    if (node == null) {
      return ReadAnswer.error(ErrorCode.NO_NODE);
    }
    if (!node.acl().permits(ZnodeAcl.READ | ZnodeAcl.ADMIN, client)) {
      return ReadAnswer.error(ErrorCode.NO_AUTH);
    }
    List<AclEntry> entries = node.acl().entries();
    boolean masked = !node.acl().permits(ZnodeAcl.ADMIN, client);
    return ReadAnswer.of(
        out ->
            out.acl(masked ? entries.stream().map(TreeReads::masked).toList() : entries)
                .stat(node.stat()));
  }

  ReadAnswer multi(Request.MultiRead multi) {
    List<ReadAnswer> answers = new ArrayList<>();
    for (Request.Read read : multi.reads()) {
      if (read instanceof Request.GetData get) {
        answers.add(data(get));
      } else if (read instanceof Request.GetChildren get) {
        answers.add(children(get));
      }
    }
    ReadAnswer all =
        new ReadAnswer(
            ErrorCode.OK,
            answers.stream().flatMap(answer -> answer.watches().stream()).toList(),
            List.of(),
            answers.stream().anyMatch(ReadAnswer::slow),
            out -> write(multi, answers, out));
    return all;
  }

  ReadAnswer whoAmI() {
    return ReadAnswer.of(
        out -> {
          out.int32(client.size());
          client.forEach(
              identity ->
                  out.string(identity.getScheme()).string(Authenticator.userName(identity)));
        });
  }

  private static void write(Request.MultiRead multi, List<ReadAnswer> answers, JuteWriter out) {
    for (int i = 0; i < answers.size(); i++) {
      ReadAnswer answer = answers.get(i);
      if (answer.error() != ErrorCode.OK) {
        out.multiHeader(OpCode.ERROR, false, answer.error()).int32(answer.error());
      } else {
        boolean data = multi.reads().get(i) instanceof Request.GetData;
        out.multiHeader(data ? OpCode.GET_DATA : OpCode.GET_CHILDREN, false, ErrorCode.OK);
        answer.body().accept(out);
      }
    }
    out.multiHeader(OpCode.ERROR, true, -1);
  }

  private ReadAnswer readable(String path, Function<TreeView.Node, ReadAnswer> answer) {
    TreeView.Node node = tree.find(path);
    if (node == null) {
      return ReadAnswer.error(ErrorCode.NO_NODE);
    }
    return mayRead(node) ? answer.apply(node) : ReadAnswer.error(ErrorCode.NO_AUTH);
  }

  boolean mayRead(TreeView.Node node) {
    return node.acl().permits(ZnodeAcl.READ, client);
  }

  /** An entry without the hash, from which the password could be guessed. */
  private static AclEntry masked(AclEntry entry) {
    Identity identity = entry.getIdentity();
    return identity.getScheme().equals("digest")
        ? entry.toBuilder()
            .setIdentity(identity.toBuilder().setId(Authenticator.userName(identity) + ":x"))
            .build()
        : entry;
  }
}
