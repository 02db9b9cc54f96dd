package io.metastore.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerCommandTest {

  @Test
  void firstEqualsSignEndsTheNameAndBlanksSeparateArguments() {
    assertThat(ServerCommand.parse("meta=env HEAP=1g bin/etcd --quota=5"))
        .isEqualTo(new ServerCommand("meta", List.of("env", "HEAP=1g", "bin/etcd", "--quota=5")));
  }

  @Test
  void aCommandNeedsANameAndAProgram() {
    for (String text : List.of("bin/etcd", "=bin/etcd", "meta=", "meta= ")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ServerCommand.parse(text));
    }
  }

  @Test
  void endpointIsParsedWithAndWithoutScheme() {
    assertThat(Endpoint.parse("127.0.0.1:2379")).isEqualTo(new Endpoint("127.0.0.1", 2379));
    assertThat(Endpoint.parse("http://a.example:1")).isEqualTo(new Endpoint("a.example", 1));
    for (String text : List.of("https://a:1", "a", ":1", "a:99999")) {
      assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse(text));
    }
  }
}
