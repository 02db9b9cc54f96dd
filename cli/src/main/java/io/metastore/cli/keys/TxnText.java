package io.metastore.cli.keys;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.CommitRequest;
import io.metastore.api.v1.Condition;
import io.metastore.api.v1.Op;
import io.metastore.api.v1.Put;
import io.metastore.api.v1.RangeOp;
import io.metastore.api.v1.Write;
import io.metastore.cli.console.EscapedText;
import io.metastore.client.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text form of a transaction, described in docs/cli.md: one condition or operation per line,
 * below the headings {@code if}, {@code then} and {@code else}.
 *
 * <pre>
 * if
 *   absent /app/owner
 * then
 *   put /app/owner "host 7"
 * else
 *   get /app/owner
 * </pre>
 */
final class TxnText {
  /** A word: in quotes with escapes, or without quotes and blanks. */
  private static final Pattern WORD =
      Pattern.compile("\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s\"]+))(?=\\s|$)");

  private final CommitRequest.Builder request = CommitRequest.newBuilder();
  private final List<String> conditions = new ArrayList<>();
  private String section = "";

  private TxnText() {}

  /**
   * Parses a transaction.
   *
   * @throws IllegalArgumentException with the line number, if the text is invalid
   */
  static TxnText parse(String text) {
    TxnText parsed = new TxnText();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      try {
        parsed.line(line.strip());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
    return parsed;
  }

  CommitRequest request() {
    return request.build();
  }

  /** The source text of a condition; the first has index 0. */
  String condition(int index) {
    return conditions.get(index);
  }

  private void line(String line) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    if (List.of("if", "then", "else").contains(line)) {
      section = line;
      return;
    }
    List<ByteString> words = words(line);
    switch (section) {
      case "if" -> {
        request.addConditions(condition(words));
        conditions.add(line);
      }
      case "then" -> request.addThen(operation(words));
      case "else" -> request.addOtherwise(operation(words));
      default -> throw new IllegalArgumentException("expected if, then or else");
    }
  }

  private static Condition condition(List<ByteString> words) {
    return switch (form(words)) {
      case "absent 1" -> Conditions.absent(path(words));
      case "present 1" -> Conditions.present(path(words));
      case "value 2" -> Conditions.valueIs(path(words), words.get(2));
      case "revision 2" -> Conditions.modRevisionIs(path(words), number(words.get(2)));
      case "unchanged 2" -> Conditions.unchanged(Conditions.key(path(words)), number(words.get(2)));
      case "fence 2" -> Conditions.fence(path(words), number(words.get(2)));
      default ->
          throw new IllegalArgumentException(
              "expected absent KEY, present KEY, value KEY VALUE, revision KEY N, unchanged KEY N"
                  + " or fence LOCK TOKEN");
    };
  }

  private static Op operation(List<ByteString> words) {
    Op.Builder operation = Op.newBuilder();
    return switch (form(words)) {
      case "get 1" -> operation.setGet(path(words)).build();
      case "tree 1" ->
          operation
              .setGetRange(RangeOp.newBuilder().setKeys(Conditions.subtree(path(words))))
              .build();
      case "rm 1" -> operation.setWrite(Write.newBuilder().setDelete(path(words))).build();
      case "rm-r 1" -> operation.setWrite(Write.newBuilder().setDeleteTree(path(words))).build();
      case "put 2" ->
          operation
              .setWrite(
                  Write.newBuilder()
                      .setPut(Put.newBuilder().setKey(path(words)).setValue(words.get(2))))
              .build();
      default ->
          throw new IllegalArgumentException(
              "expected get KEY, tree DIR, put KEY VALUE, rm KEY or rm-r KEY");
    };
  }

  /** The first word and the number of words after it, such as {@code put 2}. */
  private static String form(List<ByteString> words) {
    return words.get(0).toStringUtf8() + " " + (words.size() - 1);
  }

  private static String path(List<ByteString> words) {
    return words.get(1).toStringUtf8();
  }

  private static long number(ByteString word) {
    try {
      return Long.parseLong(word.toStringUtf8());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected a number, not: " + word.toStringUtf8(), e);
    }
  }

  private static List<ByteString> words(String line) {
    List<ByteString> words = new ArrayList<>();
    Matcher word = WORD.matcher(line);
    int position = 0;
    while (position < line.length()) {
      if (!word.find(position) || word.start() != position) {
        throw new IllegalArgumentException("unbalanced quotes: " + line.substring(position));
      }
      words.add(
          word.group(1) != null
              ? ByteString.copyFrom(EscapedText.parse(word.group(1)))
              : ByteString.copyFromUtf8(word.group(2)));
      position = word.end();
    }
    return words;
  }
}
