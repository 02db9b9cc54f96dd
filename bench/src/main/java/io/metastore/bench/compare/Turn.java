package io.metastore.bench.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Freshly started servers of one kind that do one work once.
 *
 * @param server what is measured
 * @param members the size of its cluster
 * @param work what it has to do
 * @param round counted from 1
 */
public record Turn<S, W>(S server, int members, W work, int round) {

  /**
   * The turns of a comparison in order. The servers take turns at each work, and each round begins
   * with another server, so that a temporary slowdown of the machine affects all of them.
   *
   * @throws IllegalArgumentException if there is nothing to run
   */
  public static <S, W> List<Turn<S, W>> all(
      List<S> servers, List<Integer> sizes, List<W> works, int rounds) {
    if (servers.isEmpty() || sizes.isEmpty() || works.isEmpty() || rounds < 1) {
      throw new IllegalArgumentException("servers, sizes, work and rounds must not be empty");
    }
    List<Turn<S, W>> all = new ArrayList<>();
    for (int size : sizes) {
      for (int round = 1; round <= rounds; round++) {
        List<S> turns = new ArrayList<>(servers);
        Collections.rotate(turns, 1 - round);
        for (W work : works) {
          for (S server : turns) {
            all.add(new Turn<>(server, size, work, round));
          }
        }
      }
    }
    return all;
  }

  /** A line of text about the turn. */
  public String describe(String serverName) {
    return "%s, members %d, %s, round %d".formatted(serverName, members, work, round);
  }
}
