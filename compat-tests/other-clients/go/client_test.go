// Package compat tests a running server with etcd's own Go client.
package compat

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

func connect(t *testing.T) (*clientv3.Client, context.Context, string) {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   []string{os.Getenv("ENDPOINT")},
		DialTimeout: 10 * time.Second,
	})
	must(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(func() {
		cancel()
		client.Close()
	})
	return client, ctx, fmt.Sprintf("go-%d/%s/", time.Now().UnixNano(), t.Name())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, want, got T) {
	t.Helper()
	if want != got {
		t.Errorf("%s: want %v, got %v", what, want, got)
	}
}

func TestPutIsReadBack(t *testing.T) {
	c, ctx, own := connect(t)
	_, err := c.Put(ctx, own+"a", "1")
	must(t, err)
	got, err := c.Get(ctx, own+"a")
	must(t, err)
	equal(t, "count", 1, got.Count)
	equal(t, "value", "1", string(got.Kvs[0].Value))
	equal(t, "version", 1, got.Kvs[0].Version)
}

func TestPrefixIsSortedAndLimited(t *testing.T) {
	c, ctx, own := connect(t)
	for _, key := range []string{"b", "c", "a"} {
		_, err := c.Put(ctx, own+key, key)
		must(t, err)
	}
	got, err := c.Get(ctx, own, clientv3.WithPrefix(), clientv3.WithLimit(2),
		clientv3.WithSort(clientv3.SortByKey, clientv3.SortDescend))
	must(t, err)
	equal(t, "count", 3, got.Count)
	equal(t, "more", true, got.More)
	equal(t, "first", "c", string(got.Kvs[0].Value))
	equal(t, "second", "b", string(got.Kvs[1].Value))
}

func TestOldRevisionUntilItIsCompacted(t *testing.T) {
	c, ctx, own := connect(t)
	first, err := c.Put(ctx, own+"a", "1")
	must(t, err)
	second, err := c.Put(ctx, own+"a", "2")
	must(t, err)
	got, err := c.Get(ctx, own+"a", clientv3.WithRev(first.Header.Revision))
	must(t, err)
	equal(t, "value", "1", string(got.Kvs[0].Value))
	_, err = c.Compact(ctx, second.Header.Revision, clientv3.WithCompactPhysical())
	must(t, err)
	_, err = c.Get(ctx, own+"a", clientv3.WithRev(first.Header.Revision))
	equal(t, "error", error(rpctypes.ErrCompacted), err)
}

func TestTxnRunsOneBranch(t *testing.T) {
	c, ctx, own := connect(t)
	create := func() *clientv3.TxnResponse {
		got, err := c.Txn(ctx).
			If(clientv3.Compare(clientv3.CreateRevision(own+"a"), "=", 0)).
			Then(clientv3.OpPut(own+"a", "1")).
			Else(clientv3.OpGet(own + "a")).
			Commit()
		must(t, err)
		return got
	}
	equal(t, "first", true, create().Succeeded)
	again := create()
	equal(t, "again", false, again.Succeeded)
	equal(t, "value", "1", string(again.Responses[0].GetResponseRange().Kvs[0].Value))
}

func TestErrorsAreTheClientsOwn(t *testing.T) {
	c, ctx, own := connect(t)
	_, err := c.Put(ctx, "", "v")
	equal(t, "empty key", error(rpctypes.ErrEmptyKey), err)
	_, err = c.Put(ctx, own+"a", "v", clientv3.WithLease(12345))
	equal(t, "lease", error(rpctypes.ErrLeaseNotFound), err)
	_, err = c.Get(ctx, own+"a", clientv3.WithRev(1<<40))
	equal(t, "future", error(rpctypes.ErrFutureRev), err)
	_, err = c.Txn(ctx).Then(clientv3.OpPut(own+"a", "1"), clientv3.OpPut(own+"a", "2")).Commit()
	equal(t, "duplicate", error(rpctypes.ErrDuplicateKey), err)
}

func TestWatchFromThePastGoesOn(t *testing.T) {
	c, ctx, own := connect(t)
	first, err := c.Put(ctx, own+"a", "1")
	must(t, err)
	watch := c.Watch(ctx, own, clientv3.WithPrefix(), clientv3.WithRev(first.Header.Revision), clientv3.WithPrevKV())
	_, err = c.Put(ctx, own+"a", "2")
	must(t, err)
	_, err = c.Delete(ctx, own+"a")
	must(t, err)
	var seen []*clientv3.Event
	for len(seen) < 3 {
		response := <-watch
		must(t, response.Err())
		seen = append(seen, response.Events...)
	}
	equal(t, "created", true, seen[0].IsCreate())
	equal(t, "modified", true, seen[1].IsModify())
	equal(t, "previous", "1", string(seen[1].PrevKv.Value))
	equal(t, "deleted", clientv3.EventTypeDelete, seen[2].Type)
}

func TestWatchFromBeforeACompactionEnds(t *testing.T) {
	c, ctx, own := connect(t)
	first, err := c.Put(ctx, own+"a", "1")
	must(t, err)
	second, err := c.Put(ctx, own+"a", "2")
	must(t, err)
	_, err = c.Compact(ctx, second.Header.Revision)
	must(t, err)
	response := <-c.Watch(ctx, own+"a", clientv3.WithRev(first.Header.Revision))
	equal(t, "error", error(rpctypes.ErrCompacted), response.Err())
	if response.CompactRevision < second.Header.Revision {
		t.Errorf("compacted at %d, before %d", response.CompactRevision, second.Header.Revision)
	}
}

func TestProgressIsToldOnRequest(t *testing.T) {
	c, ctx, own := connect(t)
	watch := c.Watch(ctx, own+"a", clientv3.WithCreatedNotify())
	equal(t, "created", true, (<-watch).Created)
	must(t, c.RequestProgress(ctx))
	response := <-watch
	equal(t, "progress", true, response.IsProgressNotify())
}

func TestLeaseIsKeptAliveAndRevoked(t *testing.T) {
	c, ctx, own := connect(t)
	lease, err := c.Grant(ctx, 600)
	must(t, err)
	_, err = c.Put(ctx, own+"a", "1", clientv3.WithLease(lease.ID))
	must(t, err)
	alive, err := c.KeepAlive(ctx, lease.ID)
	must(t, err)
	equal(t, "ttl", 600, (<-alive).TTL)
	left, err := c.TimeToLive(ctx, lease.ID, clientv3.WithAttachedKeys())
	must(t, err)
	equal(t, "granted", 600, left.GrantedTTL)
	equal(t, "keys", own+"a", string(left.Keys[0]))
	_, err = c.Revoke(ctx, lease.ID)
	must(t, err)
	got, err := c.Get(ctx, own+"a")
	must(t, err)
	equal(t, "count", 0, got.Count)
	_, err = c.KeepAliveOnce(ctx, lease.ID)
	equal(t, "keep alive", error(rpctypes.ErrLeaseNotFound), err)
}

func TestMutexHasOneHolder(t *testing.T) {
	c, ctx, own := connect(t)
	var holders sync.WaitGroup
	held, counter := 0, 0
	for range 4 {
		holders.Go(func() {
			session, err := concurrency.NewSession(c)
			if err != nil {
				t.Error(err)
				return
			}
			defer session.Close()
			mutex := concurrency.NewMutex(session, own+"lock")
			for range 5 {
				if err := mutex.Lock(ctx); err != nil {
					t.Error(err)
					return
				}
				held++ // protected by the lock under test
				if held != 1 {
					t.Errorf("%d holders", held)
				}
				counter++
				held--
				if err := mutex.Unlock(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	holders.Wait()
	equal(t, "counter", 20, counter)
}

func TestTryLockIsRefusedWhileLocked(t *testing.T) {
	c, ctx, own := connect(t)
	first, err := concurrency.NewSession(c)
	must(t, err)
	defer first.Close()
	second, err := concurrency.NewSession(c)
	must(t, err)
	defer second.Close()
	must(t, concurrency.NewMutex(first, own+"lock").Lock(ctx))
	err = concurrency.NewMutex(second, own+"lock").TryLock(ctx)
	if !errors.Is(err, concurrency.ErrLocked) {
		t.Errorf("want ErrLocked, got %v", err)
	}
}

func TestElectionHasOneLeaderAtATime(t *testing.T) {
	c, ctx, own := connect(t)
	first, err := concurrency.NewSession(c)
	must(t, err)
	defer first.Close()
	second, err := concurrency.NewSession(c)
	must(t, err)
	defer second.Close()
	one, two := concurrency.NewElection(first, own+"e"), concurrency.NewElection(second, own+"e")
	must(t, one.Campaign(ctx, "one"))
	won := make(chan error, 1)
	go func() { won <- two.Campaign(ctx, "two") }()
	leader, err := two.Leader(ctx)
	must(t, err)
	equal(t, "leader", "one", string(leader.Kvs[0].Value))
	must(t, one.Resign(ctx))
	must(t, <-won)
	leader, err = one.Leader(ctx)
	must(t, err)
	equal(t, "next leader", "two", string(leader.Kvs[0].Value))
}

func TestSoftwareTransactionalMemoryCountsAll(t *testing.T) {
	c, ctx, own := connect(t)
	_, err := c.Put(ctx, own+"n", "0")
	must(t, err)
	var adders sync.WaitGroup
	for range 4 {
		adders.Go(func() {
			for range 5 {
				_, err := concurrency.NewSTM(c, func(s concurrency.STM) error {
					n, err := strconv.Atoi(s.Get(own + "n"))
					if err != nil {
						return err
					}
					s.Put(own+"n", strconv.Itoa(n+1))
					return nil
				}, concurrency.WithAbortContext(ctx))
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	adders.Wait()
	got, err := c.Get(ctx, own+"n")
	must(t, err)
	equal(t, "n", "20", string(got.Kvs[0].Value))
}

func TestStatusAndMembers(t *testing.T) {
	c, ctx, _ := connect(t)
	status, err := c.Status(ctx, os.Getenv("ENDPOINT"))
	must(t, err)
	if status.Leader == 0 {
		t.Error("no leader")
	}
	members, err := c.MemberList(ctx)
	must(t, err)
	if len(members.Members) == 0 || members.Members[0].ID == 0 {
		t.Errorf("members: %v", members.Members)
	}
}
