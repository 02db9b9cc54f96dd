package io.metastore.core.node;

import io.metastore.core.api.Outcome;
import io.metastore.core.command.Command;
import io.metastore.core.command.ReapNode;
import io.metastore.core.machine.StoreView;
import io.metastore.core.tree.ReapTable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Deletes empty containers and expired TTL nodes, while this member leads. Apply checks again with
 * the entry's time, so a node that is in use again is kept.
 */
final class Reaper {
  /** Maximum number of deletions proposed at a time; the rest follows in the next run. */
  private static final int NODES_MAX = 10_000;

  private final BooleanSupplier leads;
  private final Supplier<StoreView> views;
  private final Function<Command, CompletableFuture<Outcome>> proposer;

  Reaper(
      BooleanSupplier leads,
      Supplier<StoreView> views,
      Function<Command, CompletableFuture<Outcome>> proposer) {
    this.leads = leads;
    this.views = views;
    this.proposer = proposer;
  }

  /** Proposes deletions that are due; failed ones are proposed again in the next run. */
  void reap() {
    if (leads.getAsBoolean()) {
      for (String path : due()) {
        var unused =
            proposer.apply(
                Command.newBuilder().setReapNode(ReapNode.newBuilder().setPath(path)).build());
      }
    }
  }

  private List<String> due() {
    StoreView view = views.get();
    try {
      return ReapTable.due(view.reader(), System.currentTimeMillis(), NODES_MAX);
    } finally {
      view.release();
    }
  }
}
