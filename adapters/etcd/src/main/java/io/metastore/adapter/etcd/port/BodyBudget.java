package io.metastore.adapter.etcd.port;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory budget shared by the bodies of all HTTP requests that are arriving. If it is used up,
 * bodies that arrive slowly lose their places, so that slow clients cannot keep others out: the one
 * that has held the most bytes for the longest time goes first. Small bodies have a reserve of
 * their own, so that large ones cannot keep them out either. Thread-safe.
 */
final class BodyBudget {
  /** A body that has taken longer so far is slow. */
  private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Bodies up to this size are small. */
  static final int SMALL_BYTES = 64 << 10;

  private final long bytesMax;
  private final long reserveBytes;
  private final LongSupplier nanoTime;
  private final Set<Place> places = new HashSet<>();
  private long heldBytes;

  /**
   * @param bytesMax for all bodies
   * @param reserveBytes in addition, for small bodies only
   */
  BodyBudget(long bytesMax, long reserveBytes, LongSupplier nanoTime) {
    this.bytesMax = bytesMax;
    this.reserveBytes = reserveBytes;
    this.nanoTime = nanoTime;
  }

  /**
   * A place for a body that begins to arrive.
   *
   * @param onLost called when the body loses its place, by any thread; must return at once
   */
  Place open(Runnable onLost) {
    return new Place(onLost);
  }

  /** The bytes that all bodies hold. */
  synchronized long heldBytes() {
    return heldBytes;
  }

  private @Nullable Place slowest(long now) {
    Place slowest = null;
    double most = 0;
    for (Place place : places) {
      long age = now - place.beginNanos;
      double held = (double) place.bytes * age;
      if (age > SLOW_NANOS && held > most) {
        slowest = place;
        most = held;
      }
    }
    return slowest;
  }

  /** What one body holds. */
  final class Place implements AutoCloseable {
    private final Runnable onLost;
    private final long beginNanos = nanoTime.getAsLong();
    private int bytes;
    private boolean lost;

    private Place(Runnable onLost) {
      this.onLost = onLost;
    }

    /** Takes more bytes; false, and takes none, if there is no room or the place was lost. */
    boolean take(int more) {
      synchronized (BodyBudget.this) {
        boolean small = bytes + more <= SMALL_BYTES;
        long limit = small ? bytesMax + reserveBytes : bytesMax;
        while (!lost && heldBytes + more > limit) {
          Place slowest = slowest(nanoTime.getAsLong());
          if (slowest == null) {
            return false;
          }
          slowest.lose();
        }
        if (lost) {
          return false;
        }
        bytes += more;
        heldBytes += more;
        places.add(this);
        return true;
      }
    }

    private void lose() {
      lost = true;
      release();
      onLost.run();
    }

    private void release() {
      heldBytes -= bytes;
      bytes = 0;
      places.remove(this);
    }

    /** Gives the bytes back. Calling it again does nothing. */
    @Override
    public void close() {
      synchronized (BodyBudget.this) {
        release();
      }
    }
  }
}
