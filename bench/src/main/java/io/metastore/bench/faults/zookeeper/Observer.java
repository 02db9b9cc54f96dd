package io.metastore.bench.faults.zookeeper;

import io.metastore.bench.server.ClientLinks;

/** Watches all znodes of the round with a persistent watch. */
final class Observer extends SessionClient {
  private final Tree tree;
  private boolean watches;

  Observer(String name, long seed, ClientLinks links, Journal journal, Tree tree) {
    super(name, seed, links, journal);
    this.tree = tree;
  }

  @Override
  void opened(RecordedSession opened) {
    watches = false;
  }

  @Override
  void step(RecordedSession session) throws InterruptedException {
    watches = watches || session.watchAll(tree.root());
  }
}
