package io.metastore.bench.range;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.metastore.etcdapi.etcdserverpb.KVGrpc;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;

/** Reads with etcd's Range, page by page at one revision, as etcd clients do. */
final class PageReader extends RangeReader implements StreamObserver<RangeResponse> {
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private final KVGrpc.KVStub stub;
  private final int pageKeys;
  private long revision;

  PageReader(Channel channel, int pageKeys) {
    this.stub = KVGrpc.newStub(channel);
    this.pageKeys = pageKeys;
  }

  @Override
  void begin() {
    ask(ZERO);
  }

  @Override
  public void onNext(RangeResponse page) {
    count(page.getKvsCount(), page.getSerializedSize());
    revision = page.getHeader().getRevision();
    if (page.getMore()) {
      ask(page.getKvs(page.getKvsCount() - 1).getKey().concat(ZERO));
    } else {
      ended.complete(null);
    }
  }

  @Override
  public void onError(Throwable failure) {
    ended.completeExceptionally(failure);
  }

  @Override
  public void onCompleted() {}

  private void ask(ByteString from) {
    stub.range(
        RangeRequest.newBuilder()
            .setKey(from)
            // Up to the end of all keys.
            .setRangeEnd(ZERO)
            .setLimit(pageKeys)
            .setRevision(revision)
            .build(),
        this);
  }
}
