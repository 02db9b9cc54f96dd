package io.metastore.adapter.metastore;

import static io.metastore.adapter.metastore.NativeServer.bytes;
import static io.metastore.adapter.metastore.NativeServer.errorOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.metastore.api.v1.Child;
import io.metastore.api.v1.ErrorDetail.Reason;
import io.metastore.api.v1.ListRequest;
import io.metastore.core.api.AccessRules;
import io.metastore.core.api.ClientView;
import io.metastore.core.api.Failure;
import io.metastore.core.api.KeyValue;
import io.metastore.core.api.KeyWalk;
import io.metastore.core.api.LockPlaceView;
import io.metastore.core.api.OpResult.RangeResult;
import io.metastore.core.api.Outcome;
import io.metastore.core.api.ReadView;
import io.metastore.core.api.StoreContents;
import io.metastore.core.api.TreeView;
import io.metastore.core.command.Alarm;
import io.metastore.core.command.Range;
import io.metastore.core.command.Txn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ListTest {
  private final MapView view = new MapView();

  @Test
  void childrenHaveTheirKind() {
    view.put("/d/file", "/d/both", "/d/both/x", "/d/dir/x/y", "/d/dir/x/z", "/d", "/e", "/d-");

    assertThat(list("/d")).containsExactly("both BOTH", "dir DIRECTORY", "file FILE");
    assertThat(list("/")).containsExactly("d BOTH", "d- FILE", "e FILE");
    assertThat(list("/none")).isEmpty();
    assertThat(list("/d/file")).isEmpty();
  }

  @Test
  void directoryIsSortedAtThePositionOfItsKeys() {
    view.put("/d/b/c", "/d/b-c", "/d/a/x", "/d/a", "/d/a!b");

    assertThat(list("/d")).containsExactly("a BOTH", "a!b FILE", "b-c FILE", "b DIRECTORY");
  }

  @Test
  void fileHasItsVersionWithoutItsValue() {
    view.put("/d/a");

    Child child = page("/d", 0, "").getChildren(0);

    assertThat(child.getEntry().getKey()).isEqualTo("/d/a");
    assertThat(child.getEntry().getModRevision()).isEqualTo(7);
    assertThat(child.getEntry().getValue()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void keysBelowAChildAreNotRead() {
    for (int child = 0; child < 50; child++) {
      for (int below = 0; below < 1000; below++) {
        view.put("/big/" + child + "/" + below);
      }
    }

    assertThat(list("/big")).hasSize(50);
    assertThat(view.keysRead).isLessThan(50 * 5);
  }

  @Test
  void flatDirectoryIsReadInFewScans() {
    for (int child = 0; child < 1000; child++) {
      view.put("/flat/" + child);
    }

    assertThat(list("/flat")).hasSize(1000);
    assertThat(view.reads).isLessThan(50);
  }

  @Test
  void keysThatAreNotPathsAreNotListed() {
    view.put("/d/", "/d//x", "/d/../y", "/d/\u0001", "/d/ok");

    assertThat(list("/d")).containsExactly("ok FILE");
  }

  static LongStream seeds() {
    Long pinned = Long.getLong("seed");
    return pinned != null ? LongStream.of(pinned) : new Random().longs(50);
  }

  @ParameterizedTest(name = "-Dseed={0}")
  @MethodSource("seeds")
  void pagesTogetherAreTheWholeList(long seed) {
    Random random = new Random(seed);
    String alphabet = "ab-~!";
    for (int i = 0; i < 200; i++) {
      StringBuilder path = new StringBuilder("/d");
      for (int depth = random.nextInt(3); depth >= 0; depth--) {
        path.append('/');
        for (int length = random.nextInt(3); length >= 0; length--) {
          path.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      view.put(path.toString());
    }

    List<String> whole = list("/d");
    List<String> paged = new ArrayList<>();
    String token = "";
    do {
      var page = page("/d", 1 + random.nextInt(5), token);
      assertThat(page.getChildrenList()).isNotEmpty();
      page.getChildrenList().forEach(child -> paged.add(text(child)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());

    assertThat(paged).isEqualTo(whole);
    assertThat(new TreeSet<>(whole)).isEqualTo(model());
  }

  private Set<String> model() {
    TreeMap<String, Integer> kinds = new TreeMap<>();
    for (ByteString key : view.keys.keySet()) {
      String path = key.toStringUtf8();
      if (path.startsWith("/d/")) {
        int slash = path.indexOf('/', 3);
        kinds.merge(
            path.substring(3, slash < 0 ? path.length() : slash),
            slash < 0 ? 1 : 2,
            (a, b) -> a | b);
      }
    }
    Set<String> children = new TreeSet<>();
    kinds.forEach((name, kind) -> children.add(name + " " + Child.Kind.forNumber(kind)));
    return children;
  }

  @Test
  void laterPagesAreReadAtTheFirstOnesRevision() {
    view.put("/d/a", "/d/b");
    String token = page("/d", 1, "").getNextPageToken();

    view.revision = 99;
    var second = page("/d", 1, token);

    assertThat(second.getRevision()).isEqualTo(7);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(view.lastRead.getRevision()).isEqualTo(7);
  }

  @Test
  void foreignPageTokensAreRefused() {
    String ofAnother = new PageToken(7, bytes("/e/x")).toText();
    for (String token : new String[] {"x", "7", "7.*", "-1.AA", "ffffffffffffffff.AA", ofAnother}) {
      assertThat(refusalOf(request("/d", 1, token))).as(token).isEqualTo(Reason.BAD_REQUEST);
    }
  }

  @Test
  void pageHasAtMostAThousand() {
    for (int child = 0; child < 1001; child++) {
      view.put("/d/" + child);
    }

    assertThat(page("/d", 0, "").getChildrenCount()).isEqualTo(1000);
    assertThat(page("/d", 5000, "").getChildrenCount()).isEqualTo(1000);
    assertThat(refusalOf(request("/d", -1, ""))).isEqualTo(Reason.BAD_REQUEST);
  }

  @Test
  void listIsServedFromAMember(@TempDir Path directory) throws Exception {
    try (NativeServer server = NativeServer.start(directory)) {
      var kv = io.metastore.api.v1.KeyValueGrpc.newBlockingStub(server.channel);
      kv.put(io.metastore.api.v1.PutRequest.newBuilder().setKey("/d/a/b").build());
      long revision =
          kv.put(io.metastore.api.v1.PutRequest.newBuilder().setKey("/d/a").build()).getRevision();

      var page = kv.list(request("/d", 0, ""));

      assertThat(page.getChildrenList()).extracting(ListTest::text).containsExactly("a BOTH");
      assertThat(page.getRevision()).isEqualTo(revision);
      assertThat(
              errorOf(
                      () ->
                          kv.list(
                              ListRequest.newBuilder()
                                  .setDirectory("/d")
                                  .setRevision(revision + 1)
                                  .build()))
                  .getReason())
          .isEqualTo(Reason.FUTURE_REVISION);
      assertThat(
              errorOf(
                      () ->
                          kv.list(
                              ListRequest.newBuilder()
                                  .setDirectory("/d")
                                  .setRevision(revision - 1)
                                  .setPageSize(-1)
                                  .build()))
                  .getReason())
          .isEqualTo(Reason.BAD_REQUEST);
    }
  }

  private List<String> list(String directory) {
    List<String> children = new ArrayList<>();
    page(directory, 0, "").getChildrenList().forEach(child -> children.add(text(child)));
    return children;
  }

  private io.metastore.api.v1.ListResponse page(String directory, int size, String token) {
    return ListPage.of(request(directory, size, token)).read(view);
  }

  private static ListRequest request(String directory, int size, String token) {
    return ListRequest.newBuilder()
        .setDirectory(directory)
        .setPageSize(size)
        .setPageToken(token)
        .build();
  }

  private static Reason refusalOf(ListRequest request) {
    return org.assertj.core.api.Assertions.catchThrowableOfType(
            Refusal.class, () -> ListPage.of(request))
        .detail()
        .getReason();
  }

  private static String text(Child child) {
    return child.getName() + " " + child.getKind();
  }

  /** Keys in memory; records which of them are read. */
  private static final class MapView implements ReadView {
    final TreeMap<ByteString, KeyValue> keys =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    long revision = 7;
    long reads;
    long keysRead;
    Range lastRead = Range.getDefaultInstance();

    @Override
    public StoreContents contents() {
      throw new AssertionError("a list reads ranges");
    }

    @Override
    public List<Alarm> alarms() {
      throw new AssertionError("a list has nothing to do with alarms");
    }

    void put(String... paths) {
      for (String path : paths) {
        keys.put(bytes(path), new KeyValue(bytes(path), bytes("v"), 7, 7, 1, 0));
      }
    }

    @Override
    public long revision() {
      return revision;
    }

    @Override
    public @Nullable Failure findCorruption() {
      return null;
    }

    @Override
    public @Nullable Failure findRefusal(Range range) {
      throw new AssertionError("a list reads ranges that can be read");
    }

    @Override
    public KeyWalk walk(Range range) {
      throw new AssertionError("a list reads small ranges");
    }

    @Override
    public Outcome range(Range range) {
      reads++;
      lastRead = range;
      List<KeyValue> found = new ArrayList<>();
      var in =
          range.getRangeEnd().isEmpty()
              ? keys.subMap(range.getKey(), true, range.getKey(), true)
              : keys.subMap(range.getKey(), range.getRangeEnd());
      for (KeyValue keyValue : in.values()) {
        if (found.size() == range.getLimit()) {
          return new Outcome.Ranged(revision, new RangeResult(found, found.size(), true));
        }
        keysRead++;
        found.add(keyValue.withoutValue());
      }
      return new Outcome.Ranged(revision, new RangeResult(found, found.size(), false));
    }

    @Override
    public boolean allLeaseKeysMatch(long lease, Predicate<ByteString> condition) {
      throw new UnsupportedOperationException();
    }

    @Override
    public TreeView tree() {
      throw new UnsupportedOperationException();
    }

    @Override
    public AccessRules access() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Outcome readTxn(Txn txn, long bytesMax) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long answerBytes(Txn txn) {
      throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable LockPlaceView findLockPlace(ByteString name, long token) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<LockPlaceView> lockQueue(ByteString name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<ByteString> lockNames(ByteString from, @Nullable ByteString to, int namesMax) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<ClientView> clients(long afterId, int clientsMax) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
