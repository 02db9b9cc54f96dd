// This file stands in for pkg/storage/etcd3/testserver/test_server.go of k8s.io/apiserver while that module's own tests run
// (see ./run): they then test the program SERVER instead of the etcd that is compiled into them.

package testserver

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/kubernetes"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"

	storagetesting "k8s.io/apiserver/pkg/storage/testing"
)

const startTimeout = time.Minute

// NewTestConfig returns the settings of one server with an empty data directory and ports that were free a moment ago.
func NewTestConfig(t testing.TB) *embed.Config {
	cfg := embed.NewConfig()
	cfg.Dir = t.TempDir()
	cfg.UnsafeNoFsync = true
	cfg.ListenClientUrls = []url.URL{freeURL(t)}
	cfg.AdvertiseClientUrls = cfg.ListenClientUrls
	cfg.ListenPeerUrls = []url.URL{freeURL(t)}
	cfg.AdvertisePeerUrls = cfg.ListenPeerUrls
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	return cfg
}

func freeURL(t testing.TB) url.URL {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return url.URL{Scheme: "http", Host: listener.Addr().String()}
}

// RunEtcd starts a server and returns a client of it. Both end with the test.
func RunEtcd(t testing.TB, cfg *embed.Config) *kubernetes.Client {
	t.Helper()
	if cfg == nil {
		cfg = NewTestConfig(t)
	}
	tls, err := cfg.ClientTLSInfo.ClientConfig()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(os.Getenv("SERVER"), flags(cfg)...)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		server.Process.Kill()
		<-ended
		ended <- nil
		if t.Failed() {
			t.Logf("the server's log:\n%s", tail(log.Name()))
		}
	})
	awaitReady(t, ended, log.Name())
	endpoints := []string{}
	for _, endpoint := range cfg.AdvertiseClientUrls {
		endpoints = append(endpoints, endpoint.String())
	}
	client, err := kubernetes.New(clientv3.Config{
		Endpoints:   endpoints,
		TLS:         tls,
		DialTimeout: startTimeout,
		Logger:      zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	recorder := storagetesting.NewKubernetesRecorder(client.Kubernetes)
	client.KV = storagetesting.NewKVRecorder(client.KV, recorder)
	client.Kubernetes = recorder
	return client
}

// flags translates the settings that the tests change.
func flags(cfg *embed.Config) []string {
	all := []string{
		"--name=" + cfg.Name,
		"--data-dir=" + cfg.Dir,
		"--unsafe-no-fsync",
		"--listen-client-urls=" + join(cfg.ListenClientUrls),
		"--advertise-client-urls=" + join(cfg.AdvertiseClientUrls),
		"--listen-peer-urls=" + join(cfg.ListenPeerUrls),
		"--initial-advertise-peer-urls=" + join(cfg.AdvertisePeerUrls),
		"--initial-cluster=" + cfg.InitialCluster,
		fmt.Sprintf("--quota-backend-bytes=%d", cfg.QuotaBackendBytes),
		"--watch-progress-notify-interval=" + cfg.WatchProgressNotifyInterval.String(),
	}
	if !cfg.ClientTLSInfo.Empty() {
		all = append(all,
			"--cert-file="+cfg.ClientTLSInfo.CertFile,
			"--key-file="+cfg.ClientTLSInfo.KeyFile,
			"--trusted-ca-file="+cfg.ClientTLSInfo.TrustedCAFile)
	}
	return all
}

func join(urls []url.URL) string {
	texts := []string{}
	for _, one := range urls {
		texts = append(texts, one.String())
	}
	return strings.Join(texts, ",")
}

func awaitReady(t testing.TB, ended <-chan error, log string) {
	t.Helper()
	deadline := time.After(startTimeout)
	for {
		select {
		case err := <-ended:
			t.Fatalf("the server ended: %v\n%s", err, tail(log))
		case <-deadline:
			t.Fatalf("the server is not ready after %v\n%s", startTimeout, tail(log))
		case <-time.After(10 * time.Millisecond):
			if bytes.Contains(read(log), []byte("ready to serve client requests")) {
				return
			}
		}
	}
}

func tail(log string) string {
	text := read(log)
	return string(text[max(0, len(text)-8_000):])
}

func read(path string) []byte {
	text, _ := os.ReadFile(path)
	return text
}
