package io.metastore.adapter.etcd.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.metastore.etcdapi.etcdserverpb.AuthUserAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberAddRequest;
import io.metastore.etcdapi.etcdserverpb.MemberRemoveRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest;
import io.metastore.etcdapi.etcdserverpb.RangeRequest.SortOrder;
import io.metastore.etcdapi.etcdserverpb.TxnRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected texts are responses of etcd 3.7.3 to the same requests. */
class MessageReaderTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5 | proto: syntax error (line 1:1): unexpected token 5",
        "[] | proto: syntax error (line 1:1): unexpected token [",
        "null | proto: syntax error (line 1:1): unexpected token null",
        "\"x\" | proto: syntax error (line 1:1): unexpected token \"x\"",
        "{ | unexpected EOF",
        "{\"key | unexpected EOF",
        "{\"key\": | unexpected EOF",
        "{\"key\":} | invalid character '}' looking for beginning of value",
        "{key:1} | invalid character 'k' looking for beginning of object key string",
        "{\"key\":\"Zm9v\",} | invalid character '}' looking for beginning of object key string",
        "{\"key\":\"Zm9v\" \"limit\":1} | invalid character '\"' after object key:value pair",
        "{\"limit\":01} | invalid character '1' after object key:value pair",
        "{\"limit\":-} | invalid character '}' in numeric literal",
        "{\"limit\":1.} | invalid character '}' after decimal point in numeric literal",
        "{\"limit\":tru} | invalid character '}' in literal true (expecting 'e')",
        "{\"key\":\"\\q\"} | invalid character 'q' in string escape code",
        "{\"key\":\"\\u00zz\"} | invalid character 'z' in \\u hexadecimal character escape",
        "{\"key\":5} | proto: (line 1:8): invalid value for bytes field key: 5",
        "{\"key\":\"!!\"} | proto: (line 1:8): invalid value for bytes field key: \"!!\"",
        "{\"key\":\"Zm 8=\"} | proto: (line 1:8): invalid value for bytes field key: \"Zm 8=\"",
        "{\"key\":[\"a\"]} | proto: (line 1:8): invalid value for bytes field key: [",
        "{\"key\":  5} | proto: (line 1:10): invalid value for bytes field key: 5",
        "{\"limit\":1e-1} | proto: (line 1:10): invalid value for int64 field limit: 1e-1",
        "{\"limit\":\" 1\"} | proto: (line 1:10): invalid value for int64 field limit: \" 1\"",
        "{\"limit\":99999999999999999999}"
            + " | proto: (line 1:10): invalid value for int64 field limit: 99999999999999999999",
        "{\"limit\":1e999999999} | proto: (line 1:10): invalid value for int64 field limit: 1e999999999",
        "{\"serializable\":1} | proto: (line 1:17): invalid value for bool field serializable: 1",
        "{\"sort_order\":true} | proto: (line 1:15): invalid value for enum field sortOrder: true",
        "{\"key\":\"Zm9v\",\"key\":\"Zm9v\"} | proto: (line 1:15): duplicate field \"key\"",
        "{\"range_end\":\"\",\"rangeEnd\":\"\"} | proto: (line 1:17): duplicate field \"rangeEnd\"",
      })
  void malformedRangeIsRefusedAsByEtcd(String json, String text) {
    assertRefused(json, RangeRequest.getDefaultInstance(), text);
  }

  @Test
  void otherMessagesAreRefusedAsByEtcd() {
    TxnRequest txn = TxnRequest.getDefaultInstance();
    assertRefused("{\"success\":5}", txn, "proto: syntax error (line 1:12): unexpected token 5");
    assertRefused("{\"success\":[5]}", txn, "proto: syntax error (line 1:13): unexpected token 5");
    assertRefused(
        "{\"success\":[null]}", txn, "proto: syntax error (line 1:13): unexpected token null");
    assertRefused(
        "{\"compare\":[{\"key\":\"YQ==\",\"value\":\"Yg==\",\"version\":\"3\"}]}",
        txn,
        "proto: (line 1:42): error parsing \"version\", oneof etcdserverpb.Compare.target_union is"
            + " already set");
    assertRefused(
        "{\"peerURLs\":[5]}",
        MemberAddRequest.getDefaultInstance(),
        "proto: (line 1:14): invalid value for string field peerURLs: 5");
    assertRefused(
        "{\"ID\":-1}",
        MemberRemoveRequest.getDefaultInstance(),
        "proto: (line 1:7): invalid value for uint64 field ID: -1");
    assertRefused(
        "{\"name\":\"a\",\"options\":{\"no_password\":\"x\"}}",
        AuthUserAddRequest.getDefaultInstance(),
        "proto: (line 1:38): invalid value for bool field noPassword: \"x\"");
  }

  @Test
  void controlCharactersAndBrokenUtf8AreRefused() {
    assertThatThrownBy(() -> read("{\"key\":\"a\u0001\"}".getBytes(UTF_8)))
        .hasMessage("invalid character '\\x01' in string literal");
    assertThatThrownBy(() -> read("{\"key\":\"\u00ff\"}".getBytes(ISO_8859_1)))
        .hasMessage("proto: syntax error (line 1:8): invalid UTF-8 in string");
  }

  @Test
  void fieldsMayHaveEitherNameAndNumbersMayBeWrittenInManyWays() throws Exception {
    for (String limit : new String[] {"3", "\"3\"", "3.0", "\"3.0\"", "0.3e1", "30e-1"}) {
      assertThat(read("{\"key\":\"a-8\",\"rangeEnd\":\"Yg==\",\"limit\":" + limit + "}"))
          .isEqualTo(
              RangeRequest.newBuilder()
                  .setKey(ByteString.copyFrom(new byte[] {0x6b, (byte) 0xef}))
                  .setRangeEnd(ByteString.copyFromUtf8("b"))
                  .setLimit(3)
                  .build());
    }
    assertThat(read("{\"range_end\":\"Yg\",\"sort_order\":\"DESCEND\"}").getSortOrder())
        .isEqualTo(SortOrder.DESCEND);
    assertThat(read("{\"sort_order\":1}").getSortOrder()).isEqualTo(SortOrder.ASCEND);
    assertThat(read("{\"sort_order\":99}").getSortOrderValue()).isEqualTo(99);
    MemberRemoveRequest largest =
        (MemberRemoveRequest)
            read(
                "{\"ID\":\"18446744073709551615\"}".getBytes(UTF_8),
                MemberRemoveRequest.getDefaultInstance());
    assertThat(largest.getID()).isEqualTo(-1);
  }

  @Test
  void nullAndUnknownFieldsAreIgnored() throws Exception {
    assertThat(
            read(
                "{\"junk\":{\"a\":[1,-2.5e3,{\"b\":null}],\"c\":\"}\\\"\"},\"key\":\"YQ==\","
                    + "\"limit\":null,\"sort_order\":\"NEVER\",\"t\":[true,false,[]]}"))
        .isEqualTo(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build());
  }

  @Test
  void nestingIsLimited() {
    String deep = "{\"a\":".repeat(10_001) + "1" + "}".repeat(10_001);
    assertRefused(
        deep, RangeRequest.getDefaultInstance(), "invalid character '{' exceeded max depth");
    String txns = "{\"success\":[{\"request_txn\":".repeat(200) + "{}" + "}]}".repeat(200);
    assertRefused(txns, TxnRequest.getDefaultInstance(), "proto: exceeded maximum recursion depth");
  }

  @Test
  void unknownFieldsCanBeNestedAsDeeplyAsInGo() throws Exception {
    String deep = "{\"a\":" + "[".repeat(9_999) + "]".repeat(9_999) + "}";
    assertThat(read(deep)).isEqualTo(RangeRequest.getDefaultInstance());
  }

  private static void assertRefused(String json, Message prototype, String text) {
    assertThatThrownBy(() -> read(json.getBytes(UTF_8), prototype))
        .isInstanceOf(JsonRefusal.class)
        .hasMessage(text);
  }

  private static RangeRequest read(String json) throws JsonRefusal {
    return read(json.getBytes(UTF_8));
  }

  private static RangeRequest read(byte[] json) throws JsonRefusal {
    return (RangeRequest) read(json, RangeRequest.getDefaultInstance());
  }

  private static Message read(byte[] json, Message prototype) throws JsonRefusal {
    int from = GoJson.skipSpace(json, 0);
    if (GoJson.endOfValue(json, from) == GoJson.INCOMPLETE) {
      throw new JsonRefusal("unexpected EOF");
    }
    return MessageReader.read(json, from, prototype);
  }
}
