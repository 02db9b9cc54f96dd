// Command edges measures extreme requests to any server with etcd's API, such as huge reads and
// many leases at once, with etcd's own client. It starts each server on free ports with an empty
// data directory, runs one case, prints one figure per line, and stops the server.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// edge is one case: its run function measures a server and reports the figures.
type edge struct {
	name string
	what string
	run  func(*run)
}

var edges = []edge{
	{"bigreads", "1, 4 and 12 concurrent clients each read a prefix of --megabytes with one Range, during small puts and gets", bigReads},
	{"readers", "10 connections repeatedly read ranges of about 500 KB, during one watch", readers},
	{"grants", "200 concurrent callers grant --leases leases and send a keep-alive for each immediately after its grant", grants},
	{"compact", "500 transactions of 100 puts over 10,000 keys, then a physical compaction", compactSmall},
	{"compact-large", "500,000 puts over 100,000 keys, then a physical compaction during puts", compactLarge},
	{"queue", "120,000 keys put and deleted below one prefix; then reads of the first key before and after a compaction, and 2,000 cycles of put, read first, delete", queue},
	{"cycles", "100,000 times a key put and deleted below one prefix by 16 clients, while the prefix is listed once a second", cycles},
	{"delete", "one DeleteRange of --keys keys, during a watch of them", deleteRange},
	{"count", "count of a prefix of 500,000 keys, at the current and at an old revision, and with the first key", count},
	{"revoke", "revocation of one lease with --keys keys, during puts", revoke},
	{"connections", "--connections client connections, each with one watch", connections},
}

// run is one case against one server.
type run struct {
	ctx         context.Context
	endpoint    string
	client      *clientv3.Client
	server      string
	pid         int
	keys        int
	megabytes   int
	leases      int
	connections int
	figures     map[string]any
	json        bool
}

func main() {
	flags := flag.NewFlagSet("edges", flag.ExitOnError)
	var servers repeated
	flags.Var(&servers, "server", "server program to start and measure; can be repeated")
	endpoint := flags.String("endpoint", "", "running server to measure instead, as host:port")
	pid := flags.Int("pid", 0, "process ID of the running server, to measure its memory")
	keys := flags.Int("keys", 300_000, "number of keys in the cases delete and revoke")
	megabytes := flags.Int("megabytes", 100, "size of each read in the case bigreads, in MB")
	leases := flags.Int("leases", 40_000, "number of leases in the case grants")
	conns := flags.Int("connections", 4_000, "number of connections in the case connections")
	rounds := flags.Int("rounds", 1, "run the case this many times against the same server; the first time, the server has just started")
	output := flags.String("output", "text", "output format: text or json")
	directory := flags.String("directory", os.TempDir(), "directory for the servers' data")
	flags.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: bench/edges/run CASE [--server PROGRAM]... [--endpoint HOST:PORT]\n\ncases:")
		for _, e := range edges {
			fmt.Fprintf(os.Stderr, "  %-14s %s\n", e.name, e.what)
		}
		fmt.Fprintln(os.Stderr, "\noptions:")
		flags.PrintDefaults()
	}
	if len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		flags.Usage()
		os.Exit(2)
	}
	chosen := find(os.Args[1])
	if chosen == nil {
		flags.Usage()
		os.Exit(2)
	}
	_ = flags.Parse(os.Args[2:])
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	measure := func(name, endpoint string, pid int) {
		client := dial(endpoint)
		defer client.Close()
		for round := 1; round <= *rounds && ctx.Err() == nil; round++ {
			if *rounds > 1 && *output != "json" {
				fmt.Printf("round %d\n", round)
			}
			r := &run{ctx: ctx, endpoint: endpoint, client: client, server: name, pid: pid, keys: *keys,
				megabytes: *megabytes, leases: *leases, connections: *conns, figures: map[string]any{}, json: *output == "json"}
			chosen.run(r)
			r.report("peak RSS MiB", r.peakMiB())
			if r.json {
				line, _ := json.Marshal(map[string]any{"case": chosen.name, "server": name, "round": round, "figures": r.figures})
				fmt.Println(string(line))
			}
		}
	}
	if *endpoint != "" {
		measure(*endpoint, *endpoint, *pid)
		return
	}
	if len(servers) == 0 {
		fmt.Fprintln(os.Stderr, "edges: give --server or --endpoint")
		os.Exit(2)
	}
	for _, program := range servers {
		started, err := start(program, *directory)
		if err != nil {
			fmt.Fprintf(os.Stderr, "edges: %s: %v\n", program, err)
			os.Exit(1)
		}
		measure(filepath.Base(program), started.endpoint, started.process.Pid)
		started.stop()
		if ctx.Err() != nil {
			os.Exit(130)
		}
	}
}

func find(name string) *edge {
	for i := range edges {
		if edges[i].name == name {
			return &edges[i]
		}
	}
	return nil
}

type repeated []string

func (r *repeated) String() string     { return strings.Join(*r, " ") }
func (r *repeated) Set(v string) error { *r = append(*r, v); return nil }

// --- servers -----------------------------------------------------------------

type server struct {
	endpoint  string
	process   *os.Process
	command   *exec.Cmd
	directory string
}

func start(program, directory string) (*server, error) {
	data, err := os.MkdirTemp(directory, "edges-")
	if err != nil {
		return nil, err
	}
	client, peer := freePort(), freePort()
	log, err := os.Create(filepath.Join(data, "server.log"))
	if err != nil {
		return nil, err
	}
	command := exec.Command(program, "--name=m1", "--data-dir="+filepath.Join(data, "data"),
		"--listen-client-urls=http://"+client, "--advertise-client-urls=http://"+client,
		"--listen-peer-urls=http://"+peer, "--initial-advertise-peer-urls=http://"+peer,
		"--initial-cluster=m1=http://"+peer)
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return nil, err
	}
	s := &server{endpoint: client, process: command.Process, command: command, directory: data}
	c := dial(client)
	defer c.Close()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err = c.Get(ctx, "k")
		cancel()
		if err == nil {
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("did not start: %w", err)
}

func (s *server) stop() {
	_ = s.process.Signal(syscall.SIGTERM)
	_ = s.command.Wait()
	_ = os.RemoveAll(s.directory)
}

func freePort() string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	defer listener.Close()
	return listener.Addr().String()
}

func dial(endpoint string) *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{endpoint}, MaxCallRecvMsgSize: 1<<31 - 1, MaxCallSendMsgSize: 8 << 20,
		DialTimeout: 30 * time.Second, Logger: zap.NewNop()})
	must(err)
	return client
}

// --- figures -----------------------------------------------------------------

func (r *run) report(name string, value any) {
	if d, ok := value.(time.Duration); ok {
		value = float64(d.Microseconds()) / 1000
		name += " ms"
	}
	r.figures[name] = value
	if !r.json {
		fmt.Printf("%-20s %-44s %v\n", r.server, name, value)
	}
}

func (r *run) peakMiB() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM:") {
			kib, _ := strconv.Atoi(strings.Fields(line)[1])
			return kib / 1024
		}
	}
	return 0
}

// cpu returns the processor time used so far by the server and by this client.
func (r *run) cpu() (server, client time.Duration) {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.pid)); err == nil {
		// The process name can contain spaces and ends with the last parenthesis. A tick is 10 ms.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		server = time.Duration(user+system) * 10 * time.Millisecond
	}
	var own syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &own))
	return server, time.Duration(own.Utime.Nano() + own.Stime.Nano())
}

// latencies collects the latencies of one kind of call. Safe for concurrent use.
type latencies struct {
	mutex  sync.Mutex
	all    []time.Duration
	failed int
}

func (l *latencies) time(call func() error) {
	begin := time.Now()
	err := call()
	took := time.Since(begin)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if err != nil {
		l.failed++
		return
	}
	l.all = append(l.all, took)
}

func (l *latencies) report(r *run, name string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.failed > 0 {
		r.report(name+" failed", l.failed)
	}
	if len(l.all) == 0 {
		return
	}
	sort.Slice(l.all, func(i, j int) bool { return l.all[i] < l.all[j] })
	r.report(name+" p50", l.all[len(l.all)/2])
	r.report(name+" p99", l.all[len(l.all)*99/100])
	r.report(name+" max", l.all[len(l.all)-1])
}

// beside runs small calls at a fixed rate in the background until the returned function is called.
func (r *run) beside(pause time.Duration, call func(int) error) (*latencies, func()) {
	l := &latencies{}
	ctx, cancel := context.WithCancel(r.ctx)
	var done sync.WaitGroup
	done.Add(1)
	go func() {
		defer done.Done()
		for i := 0; ctx.Err() == nil; i++ {
			l.time(func() error { return call(i) })
			time.Sleep(pause)
		}
	}()
	return l, func() { cancel(); done.Wait() }
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "edges:", err)
		os.Exit(1)
	}
}

func timed(call func() error) time.Duration {
	begin := time.Now()
	must(call())
	return time.Since(begin)
}

// parallel runs work(i) for all i below n on several goroutines.
func parallel(n, goroutines int, work func(int)) {
	var next int
	var mutex sync.Mutex
	var done sync.WaitGroup
	for g := 0; g < goroutines; g++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for {
				mutex.Lock()
				i := next
				next++
				mutex.Unlock()
				if i >= n {
					return
				}
				work(i)
			}
		}()
	}
	done.Wait()
}

func value(bytes int) string {
	b := make([]byte, bytes)
	for i := range b {
		b[i] = byte(33 + rand.Intn(90))
	}
	return string(b)
}

// fill puts the keys prefix00000000, prefix00000001 and so on, in transactions of 100.
func (r *run) fill(prefix string, keys, valueBytes int, options ...clientv3.OpOption) {
	v := value(valueBytes)
	parallel((keys+99)/100, 8, func(batch int) {
		var ops []clientv3.Op
		for i := batch * 100; i < (batch+1)*100 && i < keys; i++ {
			ops = append(ops, clientv3.OpPut(fmt.Sprintf("%s%08d", prefix, i), v, options...))
		}
		_, err := r.client.Txn(r.ctx).Then(ops...).Commit()
		must(err)
	})
}

// --- cases -------------------------------------------------------------------

func bigReads(r *run) {
	const valueBytes = 100_000
	n := r.megabytes * 1_000_000 / valueBytes
	v := value(valueBytes)
	parallel(n, 4, func(i int) {
		_, err := r.client.Put(r.ctx, fmt.Sprintf("big/%06d", i), v)
		must(err)
	})
	_, err := r.client.Put(r.ctx, "small", "x")
	must(err)
	for _, clients := range []int{1, 4, 12} {
		small := dial(r.endpoint)
		puts, stopPuts := r.beside(5*time.Millisecond, func(i int) error {
			_, err := small.Put(r.ctx, fmt.Sprintf("s/%d", i%100), "x")
			return err
		})
		gets, stopGets := r.beside(5*time.Millisecond, func(i int) error { _, err := small.Get(r.ctx, "small"); return err })
		var wrong sync.Map
		serverBefore, clientBefore := r.cpu()
		took := timed(func() error {
			parallel(clients, clients, func(i int) {
				c := dial(r.endpoint)
				defer c.Close()
				found, err := c.Get(r.ctx, "big/", clientv3.WithPrefix())
				if err != nil {
					wrong.Store(i, err.Error())
				} else if len(found.Kvs) != n {
					wrong.Store(i, fmt.Sprintf("%d keys", len(found.Kvs)))
				}
			})
			return nil
		})
		serverAfter, clientAfter := r.cpu()
		stopPuts()
		stopGets()
		small.Close()
		name := fmt.Sprintf("%d at once", clients)
		r.report(name, took)
		r.report(name+": CPU of the server", serverAfter-serverBefore)
		r.report(name+": CPU of the clients", clientAfter-clientBefore)
		wrong.Range(func(_, what any) bool { r.report(name+" wrong", what); return true })
		puts.report(r, name+": small put")
		gets.report(r, name+": small get")
	}
}

func readers(r *run) {
	r.fill("r/", 2_000, 1_000)
	watcher := dial(r.endpoint)
	defer watcher.Close()
	events := watcher.Watch(r.ctx, "w")
	var sent sync.Map
	delays := &latencies{}
	go func() {
		for response := range events {
			for _, e := range response.Events {
				if at, ok := sent.Load(string(e.Kv.Value)); ok {
					delays.mutex.Lock()
					delays.all = append(delays.all, time.Since(at.(time.Time)))
					delays.mutex.Unlock()
				}
			}
		}
	}()
	for _, phase := range []string{"first", "second"} {
		ctx, cancel := context.WithTimeout(r.ctx, 8*time.Second)
		var bytes int64
		var mutex sync.Mutex
		var done sync.WaitGroup
		begin := time.Now()
		serverBefore, clientBefore := r.cpu()
		for i := 0; i < 10; i++ {
			done.Add(1)
			go func() {
				defer done.Done()
				c := dial(r.endpoint)
				defer c.Close()
				for ctx.Err() == nil {
					found, err := c.Get(ctx, "r/", clientv3.WithPrefix(), clientv3.WithLimit(480))
					if err != nil {
						continue
					}
					mutex.Lock()
					for _, kv := range found.Kvs {
						bytes += int64(len(kv.Value) + len(kv.Key))
					}
					mutex.Unlock()
				}
			}()
		}
		delays.mutex.Lock()
		delays.all = nil
		delays.mutex.Unlock()
		_, stop := r.beside(10*time.Millisecond, func(i int) error {
			v := fmt.Sprintf("%s-%d", phase, i)
			sent.Store(v, time.Now())
			_, err := r.client.Put(r.ctx, "w", v)
			return err
		})
		done.Wait()
		stop()
		cancel()
		serverAfter, clientAfter := r.cpu()
		aGigabyte := func(cpu time.Duration) time.Duration {
			return time.Duration(float64(cpu) * 1e9 / float64(bytes))
		}
		r.report(phase+" 8 s: MB/s", int(float64(bytes)/1e6/time.Since(begin).Seconds()))
		r.report(phase+" 8 s: CPU of the server a GB", aGigabyte(serverAfter-serverBefore))
		r.report(phase+" 8 s: CPU of the clients a GB", aGigabyte(clientAfter-clientBefore))
		delays.report(r, phase+" 8 s: put to event")
	}
}

func grants(r *run) {
	const callers = 200
	var given, lost int
	var mutex sync.Mutex
	clients := make([]*clientv3.Client, 20)
	for i := range clients {
		clients[i] = dial(r.endpoint)
		defer clients[i].Close()
	}
	took := timed(func() error {
		parallel(r.leases, callers, func(i int) {
			c := clients[i%len(clients)]
			lease, err := c.Grant(r.ctx, 20)
			must(err)
			alive, err := c.KeepAliveOnce(r.ctx, lease.ID)
			mutex.Lock()
			defer mutex.Unlock()
			given++
			if err != nil || alive.TTL <= 0 {
				lost++
			}
		})
		return nil
	})
	r.report("all granted and kept alive once", took)
	r.report("granted", given)
	r.report("reported as unknown right after the grant", lost)
}

func compactSmall(r *run) {
	v := value(100)
	parallel(500, 8, func(batch int) {
		var ops []clientv3.Op
		for i := 0; i < 100; i++ {
			ops = append(ops, clientv3.OpPut(fmt.Sprintf("c/%08d", (batch*100+i)%10_000), v))
		}
		_, err := r.client.Txn(r.ctx).Then(ops...).Commit()
		must(err)
	})
	r.report("physical compaction", r.compact())
}

func compactLarge(r *run) {
	v := value(100)
	for round := 0; round < 5; round++ {
		parallel(1_000, 8, func(batch int) {
			var ops []clientv3.Op
			for i := 0; i < 100; i++ {
				ops = append(ops, clientv3.OpPut(fmt.Sprintf("c/%08d", batch*100+i), v))
			}
			_, err := r.client.Txn(r.ctx).Then(ops...).Commit()
			must(err)
		})
	}
	idle, stop := r.beside(2*time.Millisecond, r.smallPut)
	time.Sleep(3 * time.Second)
	stop()
	idle.report(r, "put before")
	puts, stop := r.beside(2*time.Millisecond, r.smallPut)
	took := r.compact()
	stop()
	r.report("physical compaction", took)
	puts.report(r, "put beside it")
}

func (r *run) smallPut(i int) error {
	_, err := r.client.Put(r.ctx, fmt.Sprintf("beside/%d", i%100), "x")
	return err
}

// compact compacts everything before the current revision and waits for the physical compaction.
func (r *run) compact() time.Duration {
	now, err := r.client.Get(r.ctx, "any")
	must(err)
	return timed(func() error {
		ctx, cancel := context.WithTimeout(r.ctx, 5*time.Minute)
		defer cancel()
		_, err := r.client.Compact(ctx, now.Header.Revision, clientv3.WithCompactPhysical())
		return err
	})
}

func queue(r *run) {
	const keys = 120_000
	r.fill("q/", keys, 20)
	parallel(keys/100, 8, func(batch int) {
		var ops []clientv3.Op
		for i := batch * 100; i < (batch+1)*100; i++ {
			ops = append(ops, clientv3.OpDelete(fmt.Sprintf("q/%08d", i)))
		}
		_, err := r.client.Txn(r.ctx).Then(ops...).Commit()
		must(err)
	})
	first := func() *latencies {
		l := &latencies{}
		for i := 0; i < 20; i++ {
			l.time(func() error {
				_, err := r.client.Get(r.ctx, "q/", clientv3.WithPrefix(), clientv3.WithLimit(1),
					clientv3.WithSort(clientv3.SortByKey, clientv3.SortAscend))
				return err
			})
		}
		return l
	}
	first().report(r, "first key before compaction")
	r.report("physical compaction", r.compact())
	first().report(r, "first key after compaction")
	r.report("2,000 times put, first, delete", timed(func() error {
		for i := 0; i < 2_000; i++ {
			if _, err := r.client.Put(r.ctx, fmt.Sprintf("q/%08d", keys+i), "x"); err != nil {
				return err
			}
			found, err := r.client.Get(r.ctx, "q/", clientv3.WithFirstKey()...)
			if err != nil {
				return err
			}
			if _, err = r.client.Delete(r.ctx, string(found.Kvs[0].Key)); err != nil {
				return err
			}
		}
		return nil
	}))
	r.fill("q/", keys, 20)
	l := &latencies{}
	for i := 0; i < 1_000; i++ {
		l.time(func() error {
			found, err := r.client.Get(r.ctx, "q/", clientv3.WithFirstKey()...)
			if err == nil {
				_, err = r.client.Delete(r.ctx, string(found.Kvs[0].Key))
			}
			return err
		})
	}
	l.report(r, "take the first of many")
}

func cycles(r *run) {
	const total, clients = 100_000, 16
	r.fill("c/kept/", 10, 20)
	var listings []time.Duration
	_, stop := r.beside(time.Second, func(int) error {
		begun := time.Now()
		_, err := r.client.Get(r.ctx, "c/", clientv3.WithPrefix())
		listings = append(listings, time.Since(begun))
		return err
	})
	r.report("100,000 times put and delete", timed(func() error {
		parallel(total, clients, func(i int) {
			key := fmt.Sprintf("c/%08d", i)
			_, err := r.client.Put(r.ctx, key, "x")
			must(err)
			_, err = r.client.Delete(r.ctx, key)
			must(err)
		})
		return nil
	}))
	stop()
	r.report("first listing", listings[0])
	r.report("last listing", listings[len(listings)-1])
}

func deleteRange(r *run) {
	r.fill("d/", r.keys, 100)
	watcher := dial(r.endpoint)
	defer watcher.Close()
	got := make(chan int)
	events := watcher.Watch(r.ctx, "d/", clientv3.WithPrefix())
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	go func() {
		n := 0
		for response := range events {
			n += len(response.Events)
			if n >= r.keys || response.Err() != nil {
				break
			}
		}
		got <- n
	}()
	puts, stop := r.beside(5*time.Millisecond, r.smallPut)
	ctx, cancel := context.WithTimeout(r.ctx, time.Minute)
	defer cancel()
	deleted, err := r.client.Delete(ctx, "d/", clientv3.WithPrefix())
	if err != nil {
		r.report("refused", err.Error())
		stop()
		return
	}
	r.report(fmt.Sprintf("%d keys deleted", deleted.Deleted), time.Since(begin))
	select {
	case n := <-got:
		r.report(fmt.Sprintf("%d events received", n), time.Since(begin))
	case <-time.After(time.Minute):
		r.report("events", errors.New("not received within a minute"))
	}
	stop()
	puts.report(r, "put beside it")
}

func count(r *run) {
	r.fill("n/", 500_000, 100)
	now, err := r.client.Get(r.ctx, "any")
	must(err)
	old := now.Header.Revision
	r.fill("n/", 10_000, 100)
	r.fill("n/x", 10_000, 100)
	several := func(name string, want int64, options ...clientv3.OpOption) {
		l := &latencies{}
		for i := 0; i < 10; i++ {
			l.time(func() error {
				found, err := r.client.Get(r.ctx, "n/", append([]clientv3.OpOption{clientv3.WithPrefix()}, options...)...)
				if err == nil && found.Count != want {
					err = fmt.Errorf("%d keys", found.Count)
				}
				return err
			})
		}
		l.report(r, name)
	}
	several("count", 510_000, clientv3.WithCountOnly())
	several("limit 1 and count", 510_000, clientv3.WithLimit(1))
	several("count at an old revision", 500_000, clientv3.WithCountOnly(), clientv3.WithRev(old))
}

func revoke(r *run) {
	lease, err := r.client.Grant(r.ctx, 3600)
	must(err)
	r.fill("l/", r.keys, 100, clientv3.WithLease(lease.ID))
	puts, stop := r.beside(5*time.Millisecond, r.smallPut)
	time.Sleep(500 * time.Millisecond)
	ctx, cancel := context.WithTimeout(r.ctx, time.Minute)
	defer cancel()
	begin := time.Now()
	if _, err = r.client.Revoke(ctx, lease.ID); err != nil {
		r.report("refused", err.Error())
	}
	r.report(fmt.Sprintf("lease of %d keys revoked", r.keys), time.Since(begin))
	time.Sleep(500 * time.Millisecond)
	stop()
	left, err := r.client.Get(r.ctx, "l/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	must(err)
	r.report("keys left", left.Count)
	puts.report(r, "put beside it")
}

func connections(r *run) {
	clients := make([]*clientv3.Client, r.connections)
	var failed int
	var mutex sync.Mutex
	took := timed(func() error {
		parallel(r.connections, 64, func(i int) {
			c := dial(r.endpoint)
			clients[i] = c
			watch := c.Watch(r.ctx, fmt.Sprintf("k%d", i), clientv3.WithCreatedNotify())
			select {
			case <-watch:
			case <-time.After(time.Minute):
				mutex.Lock()
				failed++
				mutex.Unlock()
			}
		})
		return nil
	})
	r.report(fmt.Sprintf("%d connections with a watch each", r.connections), took)
	if failed > 0 {
		r.report("failed", failed)
	}
	for _, c := range clients {
		c.Close()
	}
}
