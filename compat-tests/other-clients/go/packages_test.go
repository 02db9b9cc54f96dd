package compat

import (
	"context"
	"os"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/leasing"
	"go.etcd.io/etcd/client/v3/mirror"
	"go.etcd.io/etcd/client/v3/namespace"
	"go.etcd.io/etcd/client/v3/ordering"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

// Longer than one page of the mirror's first reading, which has 1000 keys.
const mirrored = 1234

func value(t *testing.T, ctx context.Context, kv clientv3.KV, key string) string {
	t.Helper()
	got, err := kv.Get(ctx, key)
	must(t, err)
	if len(got.Kvs) == 0 {
		return "(none)"
	}
	return string(got.Kvs[0].Value)
}

func TestMirrorCopiesAllKeysAndThenTheirChanges(t *testing.T) {
	c, ctx, own := connect(t)
	for written := 0; written < mirrored; {
		var ops []clientv3.Op
		for ; written < mirrored && len(ops) < 100; written++ {
			ops = append(ops, clientv3.OpPut(own+time.Unix(int64(written), 0).UTC().Format("15:04:05"), "v"))
		}
		_, err := c.Txn(ctx).Then(ops...).Commit()
		must(t, err)
	}
	syncer := mirror.NewSyncer(c, own, 0)
	pages, failures := syncer.SyncBase(ctx)
	copied := map[string]string{}
	read := 0
	for page := range pages {
		read++
		for _, kv := range page.Kvs {
			copied[string(kv.Key)] = string(kv.Value)
		}
	}
	must(t, <-failures)
	equal(t, "pages", 2, read)
	equal(t, "keys", mirrored, len(copied))

	changes := syncer.SyncUpdates(ctx)
	_, err := c.Txn(ctx).Then(clientv3.OpPut(own+"new", "1"), clientv3.OpDelete(own+"00:00:07")).Commit()
	must(t, err)
	for seen := 0; seen < 2; {
		for _, event := range (<-changes).Events {
			seen++
			if event.Type == clientv3.EventTypeDelete {
				delete(copied, string(event.Kv.Key))
			} else {
				copied[string(event.Kv.Key)] = string(event.Kv.Value)
			}
		}
	}
	equal(t, "keys after the changes", mirrored, len(copied))
	equal(t, "new key", "1", copied[own+"new"])
}

func TestNamespacePrefixesKeysWatchesAndLeases(t *testing.T) {
	c, ctx, own := connect(t)
	kv, lease := namespace.NewKV(c, own), namespace.NewLease(c, own)
	events := namespace.NewWatcher(c, own).Watch(clientv3.WithRequireLeader(ctx), "", clientv3.WithPrefix())
	grant, err := lease.Grant(ctx, 60)
	must(t, err)
	_, err = kv.Put(ctx, "a", "1", clientv3.WithLease(grant.ID))
	must(t, err)
	_, err = kv.Txn(ctx).If(clientv3.Compare(clientv3.Value("a"), "=", "1")).
		Then(clientv3.OpPut("b", "2"), clientv3.OpTxn(nil, []clientv3.Op{clientv3.OpPut("c", "3")}, nil)).Commit()
	must(t, err)

	equal(t, "in the namespace", "1", value(t, ctx, kv, "a"))
	equal(t, "in the store", "3", value(t, ctx, c, own+"c"))
	all, err := kv.Get(ctx, "", clientv3.WithPrefix(), clientv3.WithKeysOnly())
	must(t, err)
	equal(t, "keys", 3, all.Count)
	equal(t, "first key", "a", string(all.Kvs[0].Key))
	ttl, err := lease.TimeToLive(ctx, grant.ID, clientv3.WithAttachedKeys())
	must(t, err)
	equal(t, "key of the lease", "a", string(ttl.Keys[0]))
	var keys string
	for len(keys) < 3 {
		for _, event := range (<-events).Events {
			keys += string(event.Kv.Key)
		}
	}
	equal(t, "keys of the events", "abc", keys)
	deleted, err := kv.Delete(ctx, "", clientv3.WithFromKey())
	must(t, err)
	equal(t, "deleted", 3, deleted.Deleted)
}

func TestOrderingRefusesAnOlderRevision(t *testing.T) {
	c, ctx, own := connect(t)
	put, err := c.Put(ctx, own+"a", "1")
	must(t, err)
	violations := 0
	kv := ordering.NewKV(c, func(_ clientv3.Op, _ clientv3.OpResponse, previous int64) error {
		violations++
		return ordering.ErrNoGreaterRev
	})
	for range 100 {
		got, err := kv.Get(ctx, own+"a", clientv3.WithSerializable())
		must(t, err)
		equal(t, "count", 1, got.Count)
		both, err := kv.Txn(ctx).Then(clientv3.OpGet(own+"a"), clientv3.OpPut(own+"b", "2")).Commit()
		must(t, err)
		if both.Header.Revision <= put.Header.Revision {
			t.Fatalf("revision %d after %d", both.Header.Revision, put.Header.Revision)
		}
	}
	equal(t, "violations", 0, violations)
}

func TestLeasingReadsItsOwnKeysLocallyUntilAnotherClientWrites(t *testing.T) {
	c, ctx, own := connect(t)
	other, _, _ := connect(t)
	first, closeFirst, err := leasing.NewKV(c, own+"leases/")
	must(t, err)
	defer closeFirst()
	second, closeSecond, err := leasing.NewKV(other, own+"leases/")
	must(t, err)
	defer closeSecond()
	_, err = c.Put(ctx, own+"a", "1")
	must(t, err)

	equal(t, "first reading", "1", value(t, ctx, first, own+"a"))
	// Written around the leases: the first client reads its own copy.
	_, err = c.Put(ctx, own+"a", "unseen")
	must(t, err)
	equal(t, "own copy", "1", value(t, ctx, first, own+"a"))
	// Waits until the first client has given up its lease.
	_, err = second.Put(ctx, own+"a", "2")
	must(t, err)
	equal(t, "after another client's put", "2", value(t, ctx, first, own+"a"))
	equal(t, "the other client", "2", value(t, ctx, second, own+"a"))

	got, err := second.Txn(ctx).If(clientv3.Compare(clientv3.Value(own+"a"), "=", "2")).
		Then(clientv3.OpPut(own+"a", "3"), clientv3.OpGet(own+"a")).Commit()
	must(t, err)
	equal(t, "succeeded", true, got.Succeeded)
	equal(t, "after a txn", "3", value(t, ctx, first, own+"a"))
	_, err = first.Delete(ctx, own, clientv3.WithPrefix())
	must(t, err)
	equal(t, "after a delete", "(none)", value(t, ctx, second, own+"a"))
}

func TestHealthOfTheServerAsAWhole(t *testing.T) {
	_, ctx, _ := connect(t)
	conn, err := grpc.NewClient(os.Getenv("ENDPOINT"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	defer conn.Close()
	health := healthpb.NewHealthClient(conn)
	checked, err := health.Check(ctx, &healthpb.HealthCheckRequest{})
	must(t, err)
	equal(t, "checked", healthpb.HealthCheckResponse_SERVING, checked.Status)
	list, err := health.List(ctx, &healthpb.HealthListRequest{})
	must(t, err)
	equal(t, "listed", 1, len(list.Statuses))
	equal(t, "the only one", healthpb.HealthCheckResponse_SERVING, list.Statuses[""].GetStatus())
	_, err = health.Check(ctx, &healthpb.HealthCheckRequest{Service: "etcdserverpb.KV"})
	equal(t, "unknown service", codes.NotFound, status.Code(err))
	watch, err := health.Watch(ctx, &healthpb.HealthCheckRequest{Service: "etcdserverpb.KV"})
	must(t, err)
	told, err := watch.Recv()
	must(t, err)
	equal(t, "watched", healthpb.HealthCheckResponse_SERVICE_UNKNOWN, told.Status)
}
