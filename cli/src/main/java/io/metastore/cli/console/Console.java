package io.metastore.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.JsonObject;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;

/**
 * Standard input, output and error. Thread-safe.
 *
 * <p>Output is UTF-8 whatever the locale, because keys are UTF-8. It is buffered until {@link
 * #flush} or the end of the command.
 */
public final class Console {
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;

  public Console(InputStream in, OutputStream out, OutputStream err) {
    this.in = in;
    this.out = new PrintStream(new BufferedOutputStream(out, 1 << 16), false, UTF_8);
    this.err = new PrintStream(err, true, UTF_8);
  }

  /** The console of this process. */
  public static Console ofProcess() {
    return new Console(
        System.in,
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  /** Standard input. */
  public InputStream in() {
    return in;
  }

  /** Prints a line of output. */
  public void line(String text) {
    out.print(text + "\n");
  }

  /** Prints a line of output in JSON. */
  public void line(JsonObject json) {
    line(json.toString());
  }

  /** Prints raw bytes of output. */
  public void bytes(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /** Prints a line on standard error, after flushing standard output. */
  public void note(String text) {
    out.flush();
    err.print(text + "\n");
    err.flush();
  }

  /**
   * Flushes standard output.
   *
   * @return false if standard output is closed, as when {@code head} has exited
   */
  public boolean flush() {
    return !out.checkError();
  }

  /** The writer for picocli's help texts. */
  public PrintWriter writer() {
    return new PrintWriter(out, true, UTF_8);
  }
}
