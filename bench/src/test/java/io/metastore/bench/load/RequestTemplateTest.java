package io.metastore.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.metastore.etcdapi.etcdserverpb.PutRequest;
import io.metastore.etcdapi.etcdserverpb.RequestOp;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RequestTemplateTest {
  private static final KeySpace KEYS = new KeySpace("bench/", 12, 1_000_000);

  @Test
  void keysAndValuesOfEverySizeAreOverwrittenInPlace() throws IOException {
    // Around 253 and 254, the length itself contains the byte that marks a value or a key.
    for (int valueBytes : new int[] {0, 1, 8, 127, 128, 253, 254, 255, 256, 16_382, 16_384}) {
      RequestTemplate template = new RequestTemplate(KEYS, valueBytes, RequestTemplateTest::put);
      RandomValues values = new RandomValues(valueBytes, 1);
      SplittableRandom random = new SplittableRandom(1);

      PutRequest first =
          PutRequest.parseFrom(sent(template.key(42).values(values, random).payload()));
      PutRequest second =
          PutRequest.parseFrom(sent(template.key(999_999).values(values, random).payload()));

      assertThat(first.getKey().toStringUtf8()).isEqualTo("bench/000042");
      assertThat(second.getKey().toStringUtf8()).isEqualTo("bench/999999");
      assertThat(first.getValue().size()).isEqualTo(valueBytes);
      if (valueBytes >= 8) {
        assertThat(second.getValue()).isNotEqualTo(first.getValue());
      }
    }
  }

  @Test
  void timestampIsAtTheBeginningOfTheValue() throws IOException {
    RequestTemplate template = new RequestTemplate(KEYS, 16, RequestTemplateTest::put);

    PutRequest put = PutRequest.parseFrom(sent(template.key(1).stamp(0x1234_5678_9abcL).payload()));

    assertThat(put.getValue().asReadOnlyByteBuffer().getLong()).isEqualTo(0x1234_5678_9abcL);
  }

  @Test
  void severalKeysAreAllTheSameOrConsecutive() throws IOException {
    RequestTemplate template =
        new RequestTemplate(
            KEYS,
            4,
            (key, value) ->
                TxnRequest.newBuilder()
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, value)))
                    .addSuccess(RequestOp.newBuilder().setRequestPut(put(key, value)))
                    .build());

    assertThat(keys(template.key(7))).containsExactly("bench/000007", "bench/000007");
    assertThat(keys(template.keysFrom(7))).containsExactly("bench/000007", "bench/000008");
  }

  @Test
  void aPayloadCanBeSentAgain() throws IOException {
    Payload payload = new RequestTemplate(KEYS, 4, RequestTemplateTest::put).key(1).payload();
    byte[] once = sent(payload);
    assertThat(sent(payload)).isEqualTo(once).isNotEmpty();
  }

  @Test
  void keysTooShortForTheirNumbersAreRefused() {
    assertThat(new KeySpace("bench/", 8, 100).key(99).toStringUtf8()).isEqualTo("bench/99");
    assertThatIllegalArgumentException().isThrownBy(() -> new KeySpace("bench/", 8, 101));
    assertThatIllegalArgumentException().isThrownBy(() -> new KeySpace("bench/", 8, 0));
  }

  private static PutRequest put(ByteString key, ByteString value) {
    return PutRequest.newBuilder().setKey(key).setValue(value).build();
  }

  private static List<String> keys(RequestTemplate template) throws IOException {
    return TxnRequest.parseFrom(sent(template.payload())).getSuccessList().stream()
        .map(op -> op.getRequestPut().getKey().toStringUtf8())
        .toList();
  }

  /** The bytes that gRPC writes into its frame. */
  private static byte[] sent(Payload payload) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    int expected = ((Payload) Wire.PUT.streamRequest(payload)).available();
    assertThat(payload.drainTo(frame)).isEqualTo(expected);
    return frame.toByteArray();
  }
}
