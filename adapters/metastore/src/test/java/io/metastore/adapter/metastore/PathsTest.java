package io.metastore.adapter.metastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.ErrorDetail;
import io.metastore.api.v1.ErrorDetail.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a",
        "/a/b",
        "/a b/c",
        "/.a/..b/...",
        "/ä/\u65e5\u672c/\ud83d\ude00",
        "/~",
        "/a\u00a0"
      })
  void pathsAreTheirBytes(String path) {
    assertThat(Paths.toKey("key", path)).isEqualTo(ByteString.copyFromUtf8(path));
    assertThat(Paths.isPath(ByteString.copyFromUtf8(path))).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"\",\"\",0",
        "a/b,a,0",
        "/,\"\",1",
        "/a/,\"\",3",
        "//a,\"\",1",
        "/a//b,\"\",3",
        "/a/./b,.,3",
        "/a/..,..,3",
        "/\ud83d\ude00/..,..,3",
      })
  void refusalNamesThePartAndWhereItIs(String path, String part, int position) {
    assertRefused(path, part, position);
  }

  @Test
  void controlCharactersAreRefusedWhereTheyStand() {
    assertRefused("/a/b\u0000c", "\u0000", 4);
    assertRefused("/\ud83d\ude00\u007f", "\u007f", 2);
    assertRefused("/a\u0085", "\u0085", 2);
    assertRefused("/a/b\nc", "\n", 4);
  }

  @Test
  void componentHasAtMost255Bytes() {
    assertThat(Paths.findProblem("/a/" + "x".repeat(255))).isNull();
    assertRefused("/a/" + "x".repeat(256), "x".repeat(256), 3);
    assertThat(Paths.findProblem("/" + "\u00e4".repeat(127))).isNull();
    assertRefused("/" + "\u00e4".repeat(128), "\u00e4".repeat(128), 1);
  }

  @Test
  void pathHasAtMost1024Bytes() {
    String half = ("/" + "x".repeat(255)).repeat(4);
    assertThat(Paths.findProblem(half)).isNull();
    assertRefused(half + "/y", "y", 1025);
  }

  @Test
  void refusalRepeatsOnlyThePrefixOfALongPath() {
    ErrorDetail detail = refusal("/" + "\ud83d\ude00".repeat(1000)).detail();

    assertThat(detail.getPath()).hasSize(255).doesNotEndWith("\ud83d");
    assertThat(detail.getPart()).hasSize(256);
  }

  @Test
  void directoriesMayBeTheRoot() {
    assertThat(Paths.toPrefix("directory", "/")).isEqualTo(ByteString.copyFromUtf8("/"));
    assertThat(Paths.toPrefix("directory", "/a/b")).isEqualTo(ByteString.copyFromUtf8("/a/b/"));
    assertThat(
            catchThrowableOfType(Refusal.class, () -> Paths.toPrefix("directory", "/a/")).detail())
        .extracting(ErrorDetail::getReason)
        .isEqualTo(Reason.BAD_PATH);
  }

  @Test
  void keysThatAreNotPathsAreNotShown() {
    for (String key : new String[] {"a", "/a/", "//", "/a\u0000", ""}) {
      assertThat(Paths.isPath(ByteString.copyFromUtf8(key))).as(key).isFalse();
    }
    assertThat(Paths.isPath(ByteString.copyFrom(new byte[] {'/', (byte) 0xff}))).isFalse();
  }

  private static void assertRefused(String path, String part, int position) {
    assertThat(refusal(path).detail())
        .isEqualTo(
            ErrorDetail.newBuilder()
                .setReason(Reason.BAD_PATH)
                .setField("key")
                .setPath(path.length() > 256 ? path.substring(0, 256) : path)
                .setPart(part)
                .setPosition(position)
                .build());
  }

  private static Refusal refusal(String path) {
    return catchThrowableOfType(Refusal.class, () -> Paths.toKey("key", path));
  }
}
