package io.metastore.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.metastore.cli.console.Console;
import io.metastore.cli.console.Transport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs commands in this process, as {@code bin/metastore} would. */
final class Shell {
  static final List<String> VERSION = List.of("metastore Version: 1.2.3", "etcd Version: 3.4.5");

  private final List<String> settings;

  /** Puts these options before each command. */
  Shell(String... settings) {
    this.settings = List.of(settings);
  }

  Ran run(String... words) {
    return runWithInput(new byte[0], words);
  }

  Ran runWithInput(byte[] input, String... words) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(List.of(words));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(new ByteArrayInputStream(input), out, err);
    int exitCode = Commands.run(console, Map.of(), VERSION, Transport.DEFAULT, List.of(), all);
    return new Ran(exitCode, ByteString.copyFrom(out.toByteArray()), err.toString(UTF_8));
  }

  /** The exit code and output of a command. */
  record Ran(int exitCode, ByteString bytes, String err) {
    String out() {
      return bytes.toStringUtf8();
    }

    List<String> lines() {
      return out().lines().toList();
    }
  }
}
