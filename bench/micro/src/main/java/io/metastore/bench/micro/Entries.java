package io.metastore.bench.micro;

import com.google.protobuf.ByteString;
import io.metastore.core.command.Command;
import io.metastore.core.command.CommandBatch;
import io.metastore.core.command.Op;
import io.metastore.core.command.Put;
import io.metastore.core.command.Slice;
import io.metastore.core.command.Txn;
import java.util.Locale;
import java.util.Random;

/** Creates log entries with puts to random keys. */
final class Entries {
  /** The process that proposed them. */
  static final long ORIGIN = 7;

  private static final int VALUE_BYTES = 256;

  private final Random random = new Random(1);
  private final int keys;
  private final ByteString value;

  Entries(int keys) {
    this.keys = keys;
    byte[] bytes = new byte[VALUE_BYTES];
    random.nextBytes(bytes);
    this.value = ByteString.copyFrom(bytes);
  }

  CommandBatch next(int commands) {
    Slice.Builder slice = Slice.newBuilder().setOrigin(ORIGIN).setSequence(1);
    for (int i = 0; i < commands; i++) {
      slice.addCommands(put(random.nextInt(keys)));
    }
    return CommandBatch.newBuilder().setTimeMs(1).addSlices(slice).build();
  }

  private Command put(int number) {
    ByteString key = ByteString.copyFromUtf8(String.format(Locale.ROOT, "key%013d", number));
    Op put = Op.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)).build();
    return Command.newBuilder().setTxn(Txn.newBuilder().addSuccess(put)).build();
  }
}
