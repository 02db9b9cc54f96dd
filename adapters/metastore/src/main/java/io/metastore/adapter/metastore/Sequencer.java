package io.metastore.adapter.metastore;

import io.metastore.core.api.LockPlaceView;
import io.metastore.core.command.Acquire.Mode;
import org.jspecify.annotations.Nullable;

/**
 * Proves to third parties that a lock is held: {@code v1:MODE:CLIENT:TOKEN:PATH}, with mode {@code
 * x} or {@code s} and the client's ID in hexadecimal.
 */
record Sequencer(Mode mode, long clientId, long token, String lock) {
  private static final String VERSION = "v1";
  private static final int PARTS = 5;

  String toText() {
    return VERSION
        + ':'
        + (mode == Mode.EXCLUSIVE ? 'x' : 's')
        + ':'
        + Long.toHexString(clientId)
        + ':'
        + token
        + ':'
        + lock;
  }

  /**
   * @throws Refusal if the text is not a sequencer
   */
  static Sequencer parse(String text) {
    String[] parts = text.split(":", PARTS);
    if (parts.length < PARTS || !parts[0].equals(VERSION)) {
      throw invalid();
    }
    Mode mode =
        switch (parts[1]) {
          case "x" -> Mode.EXCLUSIVE;
          case "s" -> Mode.SHARED;
          default -> throw invalid();
        };
    try {
      return new Sequencer(
          mode, Long.parseUnsignedLong(parts[2], 16), Long.parseLong(parts[3]), parts[4]);
    } catch (NumberFormatException e) {
      throw invalid();
    }
  }

  /** Whether the place with this token matches the sequencer and holds the lock. */
  boolean matches(@Nullable LockPlaceView place) {
    return place != null
        && place.state() == LockPlaceView.State.HELD
        && place.mode() == mode
        && place.owner() == clientId;
  }

  private static Refusal invalid() {
    return Refusal.badRequest("sequencer", "is not a sequencer from Acquire");
  }
}
