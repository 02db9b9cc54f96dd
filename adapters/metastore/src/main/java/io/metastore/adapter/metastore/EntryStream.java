package io.metastore.adapter.metastore;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.metastore.adapter.grpc.RangeStream;
import io.metastore.api.v1.GetRangeRequest;
import io.metastore.api.v1.GetRangeResponse;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.Metastore;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.ReadView;
import java.util.List;

/** The stream of GetRange. */
final class EntryStream extends RangeStream<GetRangeResponse> {
  // A client that stops reading costs about one message of memory, off the heap. Larger messages
  // would not be faster.
  private static final long MESSAGE_BYTES_TARGET = 256 << 10;

  private final GetRangeRequest request;

  EntryStream(
      Metastore metastore,
      GetRangeRequest request,
      ServerCallStreamObserver<GetRangeResponse> call) {
    super(metastore, ReadTranslator.toRange(request), call, MESSAGE_BYTES_TARGET);
    this.request = request;
  }

  @Override
  protected List<KeyValue> toVisible(List<KeyValue> found) {
    return Entries.toVisible(found);
  }

  @Override
  protected GetRangeResponse toMessage(
      ReadView opened, List<KeyValue> keyValues, RangeResult found, boolean last) {
    return GetRangeResponse.newBuilder()
        .setRevision(ReadTranslator.readRevision(request.getRevision(), opened.revision()))
        .addAllEntries(Entries.toWire(keyValues))
        .setMore(last && found.more())
        .build();
  }

  @Override
  protected StatusRuntimeException toError(Failure failure) {
    return Errors.of(Errors.toRefusal(failure));
  }

  @Override
  protected StatusRuntimeException toError(Throwable failure) {
    return Errors.of(failure);
  }
}
