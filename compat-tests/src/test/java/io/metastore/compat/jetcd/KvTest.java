package io.metastore.compat.jetcd;

import static io.metastore.compat.jetcd.Jetcd.bytes;
import static io.metastore.compat.jetcd.Jetcd.get;
import static io.metastore.compat.jetcd.Jetcd.refusal;
import static io.metastore.compat.jetcd.Jetcd.text;
import static io.metastore.compat.jetcd.Jetcd.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.DeleteResponse;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.PutResponse;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.GetOption.SortOrder;
import io.etcd.jetcd.options.GetOption.SortTarget;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvTest extends JetcdSuite {
  @Test
  void aPutIsReadBack() throws Exception {
    put("a", "1");
    assertThat(texts(read("a", GetOption.DEFAULT).getKvs())).containsExactly(own + "a=1");
  }

  @Test
  void aMissingKeyIsAnEmptyAnswer() throws Exception {
    GetResponse answer = read("a", GetOption.DEFAULT);
    assertThat(answer.getKvs()).isEmpty();
    assertThat(answer.getCount()).isZero();
  }

  @Test
  void eachPutOfAKeyRaisesItsVersionAndKeepsItsCreation() throws Exception {
    long first = put("a", "1");
    long second = put("a", "2");
    KeyValue pair = read("a", GetOption.DEFAULT).getKvs().get(0);
    assertThat(pair.getVersion()).isEqualTo(2);
    assertThat(pair.getCreateRevision()).isEqualTo(first);
    assertThat(pair.getModRevision()).isEqualTo(second).isEqualTo(first + 1);
  }

  @Test
  void aKeyThatIsPutAgainAfterItsDeletionStartsAnew() throws Exception {
    put("a", "1");
    delete("a", DeleteOption.DEFAULT);
    long again = put("a", "2");
    KeyValue pair = read("a", GetOption.DEFAULT).getKvs().get(0);
    assertThat(pair.getVersion()).isEqualTo(1);
    assertThat(pair.getCreateRevision()).isEqualTo(again);
  }

  @Test
  void anOldRevisionIsReadAsItWas() throws Exception {
    long first = put("a", "1");
    put("a", "2");
    GetOption then = GetOption.builder().withRevision(first).build();
    assertThat(texts(read("a", then).getKvs())).containsExactly(own + "a=1");
  }

  @Test
  void readOfAnOldRevisionReportsTheCurrentRevision() throws Exception {
    long first = put("a", "1");
    long second = put("a", "2");
    GetOption then = GetOption.builder().withRevision(first).build();
    assertThat(read("a", then).getHeader().getRevision()).isEqualTo(second);
  }

  @Test
  void aPrefixFindsItsKeysInOrder() throws Exception {
    put("b", "2");
    put("a", "1");
    put("c", "3");
    assertThat(texts(all())).containsExactly(own + "a=1", own + "b=2", own + "c=3");
  }

  @Test
  void aRangeEndsBeforeItsEnd() throws Exception {
    put("a", "1");
    put("b", "2");
    put("c", "3");
    GetOption toC = GetOption.builder().withRange(bytes(own + "c")).build();
    assertThat(texts(read("a", toC).getKvs())).containsExactly(own + "a=1", own + "b=2");
  }

  @Test
  void aLimitCutsTheAnswerAndCountsAll() throws Exception {
    put("a", "1");
    put("b", "2");
    put("c", "3");
    GetOption two = GetOption.builder().isPrefix(true).withLimit(2).build();
    GetResponse answer = read("", two);
    assertThat(texts(answer.getKvs())).containsExactly(own + "a=1", own + "b=2");
    assertThat(answer.isMore()).isTrue();
    assertThat(answer.getCount()).isEqualTo(3);
  }

  @Test
  void keysAreSortedByValueDownwards() throws Exception {
    put("a", "2");
    put("b", "3");
    put("c", "1");
    GetOption byValue =
        GetOption.builder()
            .isPrefix(true)
            .withSortField(SortTarget.VALUE)
            .withSortOrder(SortOrder.DESCEND)
            .build();
    assertThat(texts(read("", byValue).getKvs()))
        .containsExactly(own + "b=3", own + "a=2", own + "c=1");
  }

  @Test
  void keysOnlyLeavesTheValuesOut() throws Exception {
    put("a", "1");
    GetOption keys = GetOption.builder().withKeysOnly(true).build();
    assertThat(texts(read("a", keys).getKvs())).containsExactly(own + "a=");
  }

  @Test
  void countOnlyLeavesTheKeysOut() throws Exception {
    put("a", "1");
    put("b", "2");
    GetResponse answer = read("", GetOption.builder().isPrefix(true).withCountOnly(true).build());
    assertThat(answer.getCount()).isEqualTo(2);
    assertThat(answer.getKvs()).isEmpty();
  }

  @Test
  void aRevisionFilterLeavesOutWhatWasChangedEarlier() throws Exception {
    put("a", "1");
    long second = put("b", "2");
    GetOption since = GetOption.builder().isPrefix(true).withMinModRevision(second).build();
    assertThat(texts(read("", since).getKvs())).containsExactly(own + "b=2");
  }

  @Test
  void aSerializableReadOnAQuietMemberSeesTheLastPut() throws Exception {
    put("a", "1");
    GetOption local = GetOption.builder().withSerializable(true).build();
    assertThat(texts(read("a", local).getKvs())).containsExactly(own + "a=1");
  }

  @Test
  void putReturnsThePreviousValue() throws Exception {
    put("a", "1");
    PutOption telling = PutOption.builder().withPrevKV().build();
    PutResponse answer = get(client.getKVClient().put(bytes(own + "a"), bytes("2"), telling));
    assertThat(answer.hasPrevKv()).isTrue();
    assertThat(text(answer.getPrevKv().getValue())).isEqualTo("1");
  }

  @Test
  void deleteReturnsThePreviousValue() throws Exception {
    put("a", "1");
    put("b", "2");
    DeleteOption telling = DeleteOption.builder().isPrefix(true).withPrevKV(true).build();
    DeleteResponse answer = delete("", telling);
    assertThat(answer.getDeleted()).isEqualTo(2);
    assertThat(texts(answer.getPrevKvs())).containsExactly(own + "a=1", own + "b=2");
    assertThat(all()).isEmpty();
  }

  @Test
  void deleteOfNothingUsesNoRevision() throws Exception {
    long before = put("a", "1");
    DeleteResponse answer = delete("b", DeleteOption.DEFAULT);
    assertThat(answer.getDeleted()).isZero();
    assertThat(answer.getHeader().getRevision()).isEqualTo(before);
  }

  @Test
  void anyBytesMakeAKeyAndAValue() throws Exception {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    ByteSequence key = bytes(own).concat(ByteSequence.from(all));
    get(client.getKVClient().put(key, ByteSequence.from(all)));
    List<KeyValue> found = get(client.getKVClient().get(key)).getKvs();
    assertThat(found).hasSize(1);
    assertThat(found.get(0).getKey()).isEqualTo(key);
    assertThat(found.get(0).getValue().getBytes()).isEqualTo(all);
  }

  @Test
  void aValueMayBeEmpty() throws Exception {
    put("a", "");
    assertThat(texts(all())).containsExactly(own + "a=");
  }

  @Test
  void compactedRevisionCannotBeRead() throws Exception {
    long first = put("a", "1");
    long second = put("a", "2");
    get(
        client
            .getKVClient()
            .compact(second, CompactOption.builder().withCompactPhysical(true).build()));
    assertThat(
            refusal(
                client
                    .getKVClient()
                    .get(bytes(own + "a"), GetOption.builder().withRevision(first).build())))
        .isEqualTo("OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted");
    assertThat(texts(read("a", GetOption.builder().withRevision(second).build()).getKvs()))
        .containsExactly(own + "a=2");
  }

  @Test
  void aNamespaceIsAPrefixThatTheClientDoesNotSee() throws Exception {
    try (Client inside = Client.builder().endpoints(endpoints).namespace(bytes(own)).build()) {
      get(inside.getKVClient().put(bytes("a"), bytes("1")));
      assertThat(texts(get(inside.getKVClient().get(bytes("a"))).getKvs())).containsExactly("a=1");
    }
    assertThat(texts(all())).containsExactly(own + "a=1");
  }

  private GetResponse read(String key, GetOption option) throws InterruptedException {
    return get(client.getKVClient().get(bytes(own + key), option));
  }

  private DeleteResponse delete(String key, DeleteOption option) throws InterruptedException {
    return get(client.getKVClient().delete(bytes(own + key), option));
  }
}
