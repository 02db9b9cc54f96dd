package io.metastore.adapter.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.etcdapi.etcdserverpb.RangeResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

class KeyValuesTest {

  @RepeatedTest(50)
  void entryIsWrittenAsProtobufDoes() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    KeyValue keyValue =
        new KeyValue(
            bytes(random),
            bytes(random),
            number(random),
            number(random),
            number(random),
            number(random));
    KeyWalk walk = KeyWalk.of(List.of(keyValue));
    walk.next();
    for (boolean indexed : new boolean[] {true, false}) {
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(written);
      KeyValues.writeEntry(out, walk, indexed);
      out.flush();

      RangeResponse object =
          RangeResponse.newBuilder()
              .addKvs(indexed ? KeyValues.toWireWithoutLease(keyValue) : KeyValues.toWire(keyValue))
              .build();
      assertThat(written.toByteArray()).as("seed %s", seed).isEqualTo(object.toByteArray());
      assertThat(KeyValues.entryBytes(walk, indexed)).isEqualTo(written.size());
    }
  }

  private static ByteString bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(300)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static long number(Random random) {
    return random.nextLong() >>> random.nextInt(64);
  }
}
