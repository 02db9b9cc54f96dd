package io.metastore.adapter.metastore;

import io.metastore.core.api.Consistency;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.ReadView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/** Runs reads that need several ranges on one view of the store, off the event loops. */
final class Views {
  private final Metastore metastore;

  Views(Metastore metastore) {
    this.metastore = metastore;
  }

  <T> CompletableFuture<T> read(Consistency consistency, Function<ReadView, T> reader) {
    return metastore
        .view(consistency)
        .thenCompose(
            view -> {
              try {
                return CompletableFuture.supplyAsync(
                    () -> {
                      try (view) {
                        return reader.apply(view);
                      }
                    },
                    metastore.scans());
              } catch (RejectedExecutionException e) {
                // The store is being closed, and nothing else would close the view.
                view.close();
                throw e;
              }
            });
  }
}
