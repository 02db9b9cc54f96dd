package io.metastore.bench.faults;

import io.metastore.bench.faults.testbed.Findings;
import io.metastore.bench.server.ClientLinks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Faults of the network between some clients and one or all members. */
final class ClientLinkFaults extends FaultSource {
  private static final int DELAY_MAX_MS = 300;

  private final Supplier<List<ClientLinks>> clients;
  private final int members;

  /**
   * @param clients the links of all clients at the moment
   * @param members number of members
   */
  ClientLinkFaults(
      Supplier<List<ClientLinks>> clients,
      int members,
      List<Fault> mix,
      long seed,
      FaultLog log,
      Findings findings) {
    super(mix, seed, log, findings);
    this.clients = clients;
    this.members = members;
  }

  @Override
  void cause(Fault fault) throws InterruptedException {
    List<ClientLinks> all = clients.get();
    int count = 1 + random.nextInt(Math.max(1, all.size() / 3));
    int kind = random.nextInt(3);
    // Mostly the links to all members, so that the client cannot use another one.
    int member = random.nextBoolean() ? ClientLinks.ALL : random.nextInt(members);
    List<ClientLinks> victims = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ClientLinks links = all.get(random.nextInt(all.size()));
      victims.add(links);
      switch (kind) {
        case 0 -> links.cut(member);
        case 1 -> links.silence(member);
        default -> links.delay(1 + random.nextInt(DELAY_MAX_MS), member);
      }
    }
    log.begin(fault, List.of("cut", "silent", "slow").get(kind) + " for " + count + " clients");
    pause(someMs());
    victims.forEach(links -> links.heal(member));
  }
}
