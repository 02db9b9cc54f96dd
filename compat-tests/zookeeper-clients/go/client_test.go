// The Go client github.com/go-zookeeper/zk against the ZooKeeper server at ENDPOINT.
package zookeeper

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

const root = "/go"

var open = zk.WorldACL(zk.PermAll)

func connect(t *testing.T) *zk.Conn {
	t.Helper()
	conn, events, err := zk.Connect([]string{os.Getenv("ENDPOINT")}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	for event := range events {
		if event.State == zk.StateHasSession {
			break
		}
	}
	return conn
}

// node creates an empty node for one test.
func node(t *testing.T, conn *zk.Conn) string {
	t.Helper()
	if _, err := conn.Create(root, nil, 0, open); err != nil && !errors.Is(err, zk.ErrNodeExists) {
		t.Fatal(err)
	}
	path, err := conn.Create(root+"/"+t.Name()+"-", nil, zk.FlagSequence, open)
	ok(t, err)
	return path
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func fails(t *testing.T, err, expected error) {
	t.Helper()
	if !errors.Is(err, expected) {
		t.Fatalf("got %v, expected %v", err, expected)
	}
}

func next(t *testing.T, events <-chan zk.Event) zk.Event {
	t.Helper()
	select {
	case event := <-events:
		return event
	case <-time.After(20 * time.Second):
		t.Fatal("no event")
		return zk.Event{}
	}
}

func TestNodes(t *testing.T) {
	conn := connect(t)
	path := node(t, conn)
	created, err := conn.Create(path+"/a", []byte("1"), 0, open)
	ok(t, err)
	if created != path+"/a" {
		t.Fatal(created)
	}
	_, err = conn.Create(path+"/a", nil, 0, open)
	fails(t, err, zk.ErrNodeExists)
	_, err = conn.Create(path+"/none/a", nil, 0, open)
	fails(t, err, zk.ErrNoNode)
	data, stat, err := conn.Get(path + "/a")
	ok(t, err)
	if string(data) != "1" || stat.Version != 0 || stat.Czxid != stat.Mzxid || stat.DataLength != 1 {
		t.Fatal(string(data), stat)
	}
	stat, err = conn.Set(path+"/a", []byte("22"), 0)
	ok(t, err)
	if stat.Version != 1 || stat.Mzxid <= stat.Czxid {
		t.Fatal(stat)
	}
	_, err = conn.Set(path+"/a", nil, 0)
	fails(t, err, zk.ErrBadVersion)
	fails(t, conn.Delete(path, -1), zk.ErrNotEmpty)
	for _, expected := range []string{"/n-0000000001", "/n-0000000002"} {
		created, err = conn.Create(path+"/n-", nil, zk.FlagSequence, open)
		ok(t, err)
		if created != path+expected {
			t.Fatal(created)
		}
	}
	children, stat, err := conn.Children(path)
	ok(t, err)
	slices.Sort(children)
	if !slices.Equal(children, []string{"a", "n-0000000001", "n-0000000002"}) || stat.Cversion != 3 {
		t.Fatal(children, stat)
	}
	exists, _, err := conn.Exists(path + "/none")
	if err != nil || exists {
		t.Fatal(exists, err)
	}
	_, err = conn.Sync(path)
	ok(t, err)
	_, err = conn.CreateContainer(path+"/c", nil, zk.FlagContainer, open)
	ok(t, err)
}

func TestTransactions(t *testing.T) {
	conn := connect(t)
	path := node(t, conn)
	results, err := conn.Multi(
		&zk.CreateRequest{Path: path + "/a", Data: []byte("1"), Acl: open},
		&zk.SetDataRequest{Path: path + "/a", Data: []byte("2"), Version: 0},
		&zk.CheckVersionRequest{Path: path, Version: 0},
	)
	ok(t, err)
	if results[0].String != path+"/a" || results[1].Stat.Version != 1 {
		t.Fatal(results)
	}
	results, err = conn.Multi(
		&zk.DeleteRequest{Path: path + "/a", Version: -1},
		&zk.CheckVersionRequest{Path: path, Version: 7},
	)
	fails(t, err, zk.ErrBadVersion)
	if len(results) != 2 || !errors.Is(results[1].Error, zk.ErrBadVersion) {
		t.Fatal(results)
	}
	if exists, _, _ := conn.Exists(path + "/a"); !exists {
		t.Fatal("a failed transaction has deleted a node")
	}
}

func TestWatches(t *testing.T) {
	conn, other := connect(t), connect(t)
	path := node(t, conn)
	_, _, data, err := conn.GetW(path)
	ok(t, err)
	_, _, children, err := conn.ChildrenW(path)
	ok(t, err)
	_, _, exists, err := conn.ExistsW(path + "/a")
	ok(t, err)
	_, err = other.Create(path+"/a", nil, 0, open)
	ok(t, err)
	_, err = other.Set(path, []byte("x"), -1)
	ok(t, err)
	if event := next(t, exists); event.Type != zk.EventNodeCreated || event.Path != path+"/a" {
		t.Fatal(event)
	}
	if event := next(t, children); event.Type != zk.EventNodeChildrenChanged {
		t.Fatal(event)
	}
	if event := next(t, data); event.Type != zk.EventNodeDataChanged {
		t.Fatal(event)
	}
}

func TestEphemeralsEndWithTheirSession(t *testing.T) {
	conn, owner := connect(t), connect(t)
	path := node(t, conn)
	created, err := owner.CreateProtectedEphemeralSequential(path+"/e-", nil, open)
	ok(t, err)
	_, stat, gone, err := conn.ExistsW(created)
	ok(t, err)
	if stat.EphemeralOwner != owner.SessionID() {
		t.Fatal(stat)
	}
	_, err = conn.Create(created+"/child", nil, 0, open)
	fails(t, err, zk.ErrNoChildrenForEphemerals)
	owner.Close()
	if event := next(t, gone); event.Type != zk.EventNodeDeleted {
		t.Fatal(event)
	}
}

func TestAccessLists(t *testing.T) {
	conn, other := connect(t), connect(t)
	path := node(t, conn)
	ok(t, conn.AddAuth("digest", []byte("user:secret")))
	_, err := conn.Create(path+"/a", []byte("1"), 0, zk.DigestACL(zk.PermAll, "user", "secret"))
	ok(t, err)
	_, _, err = other.Get(path + "/a")
	fails(t, err, zk.ErrNoAuth)
	ok(t, other.AddAuth("digest", []byte("user:secret")))
	_, _, err = other.Get(path + "/a")
	ok(t, err)
	acl, stat, err := other.GetACL(path + "/a")
	if err != nil || len(acl) != 1 || acl[0].Scheme != "digest" || stat.Aversion != 0 {
		t.Fatal(acl, stat, err)
	}
	_, err = conn.SetACL(path+"/a", zk.WorldACL(zk.PermRead), 0)
	ok(t, err)
	_, err = conn.Create(path+"/b", nil, 0, []zk.ACL{})
	fails(t, err, zk.ErrInvalidACL)
}

func TestLockExcludes(t *testing.T) {
	one, two := connect(t), connect(t)
	path := node(t, one)
	first, second := zk.NewLock(one, path+"/lock", open), zk.NewLock(two, path+"/lock", open)
	ok(t, first.Lock())
	held := make(chan error)
	go func() { held <- second.Lock() }()
	select {
	case err := <-held:
		t.Fatal("both hold the lock", err)
	case <-time.After(200 * time.Millisecond):
	}
	ok(t, first.Unlock())
	ok(t, <-held)
	ok(t, second.Unlock())
}

func TestManyRequestsInFlight(t *testing.T) {
	conn := connect(t)
	path := node(t, conn)
	done := make(chan error)
	for i := 0; i < 500; i++ {
		go func() {
			_, err := conn.Create(path+"/n-", make([]byte, 1000), zk.FlagSequence, open)
			done <- err
		}()
	}
	for i := 0; i < 500; i++ {
		ok(t, <-done)
	}
	children, _, err := conn.Children(path)
	if err != nil || len(children) != 500 {
		t.Fatal(len(children), err)
	}
}
