#!/usr/bin/env python3
"""Starts a server as other people's scripts, manifests and units start etcd, and checks that it serves.

    check.py SERVER ETCD [NAME...]     programs: bin/etcd, and a real etcd whose help text lists all flags; some starts, by default all

A start is a command line, an environment and perhaps a configuration file. {client}, {peer}, {more} and {metrics} are free ports,
{dir} is an empty directory with certificates.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SERVER, ETCD = sys.argv[1:3]

# By name: the command line, the environment, the text of the file {dir}/etcd.yaml, and the expected outcome.
STARTS = {}


def start(name, arguments="", environment="", file="", expected="serves"):
    STARTS[name] = (arguments, environment, file, expected)


URLS = """--listen-client-urls=http://127.0.0.1:{client} --advertise-client-urls=http://127.0.0.1:{client}
    --listen-peer-urls=http://127.0.0.1:{peer} --initial-advertise-peer-urls=http://127.0.0.1:{peer}
    --initial-cluster=default=http://127.0.0.1:{peer} --data-dir={dir}/data"""

SECURE = """--cert-file={dir}/server.crt --key-file={dir}/server.key --trusted-ca-file={dir}/ca.crt --client-cert-auth=true
    --peer-cert-file={dir}/server.crt --peer-key-file={dir}/server.key --peer-trusted-ca-file={dir}/ca.crt --peer-client-cert-auth=true
    --listen-client-urls=https://127.0.0.1:{client} --advertise-client-urls=https://127.0.0.1:{client}
    --listen-peer-urls=https://127.0.0.1:{peer} --initial-advertise-peer-urls=https://127.0.0.1:{peer}
    --initial-cluster=node1=https://127.0.0.1:{peer} --name=node1 --data-dir={dir}/data"""

start("kubeadm 1.31", SECURE + """ --experimental-initial-corrupt-check=true --experimental-watch-progress-notify-interval=5s
    --listen-metrics-urls=http://127.0.0.1:{metrics} --snapshot-count=10000""")
start("kubeadm 1.34", SECURE + """ --feature-gates=InitialCorruptCheck=true --watch-progress-notify-interval=5s
    --listen-metrics-urls=http://127.0.0.1:{metrics} --snapshot-count=10000""")
start("OpenShift", SECURE.replace("{client} --adv", "{client},unixs://127.0.0.1:0 --adv") + """ --logger=zap --log-level=info
    --experimental-initial-corrupt-check=true --snapshot-count=10000 --metrics=extensive
    --listen-metrics-urls=https://127.0.0.1:{metrics}""",
      """ETCD_QUOTA_BACKEND_BYTES=8589934592 ETCD_ELECTION_TIMEOUT=1000 ETCD_HEARTBEAT_INTERVAL=100 ETCD_ENABLE_PPROF=true
      ETCD_EXPERIMENTAL_MAX_LEARNERS=3 ETCD_EXPERIMENTAL_WARNING_APPLY_DURATION=200ms ETCD_SOCKET_REUSE_ADDRESS=true
      ETCD_EXPERIMENTAL_WATCH_PROGRESS_NOTIFY_INTERVAL=5s ETCD_TLS_MIN_VERSION=TLS1.2 ETCD_IMAGE=quay.io/openshift/etcd
      ETCD_STATIC_POD_VERSION=3 ETCD_INITIAL_CLUSTER_STATE=existing ETCDCTL_API=3 ETCDCTL_CACERT=/x NODE_IP=127.0.0.1
      ETCD_CIPHER_SUITES=TLS_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"""
      .replace(" ETCD_INITIAL_CLUSTER_STATE=existing", ""))
start("etcd-operator", """--data-dir={dir}/data --name=default --initial-advertise-peer-urls=http://127.0.0.1:{peer}
    --listen-peer-urls=http://0.0.0.0:{peer} --listen-client-urls=http://0.0.0.0:{client} --advertise-client-urls=http://localhost:{client}
    --initial-cluster=default=http://127.0.0.1:{peer} --initial-cluster-state=new --initial-cluster-token=6f3c""")
start("docs: docker run", """--data-dir=/{dir}/data --name node1 --initial-advertise-peer-urls http://127.0.0.1:{peer}
    --listen-peer-urls http://0.0.0.0:{peer} --advertise-client-urls http://127.0.0.1:{client} --listen-client-urls http://0.0.0.0:{client}
    --initial-cluster node1=http://127.0.0.1:{peer} --initial-cluster-state new --initial-cluster-token tkn --log-level info --logger zap
    --log-outputs stderr""")
start("docs: docker run of 2.x", """-name default -advertise-client-urls http://127.0.0.1:{client},http://127.0.0.1:{more}
    -listen-client-urls http://0.0.0.0:{client},http://0.0.0.0:{more} -initial-advertise-peer-urls http://127.0.0.1:{peer}
    -listen-peer-urls http://0.0.0.0:{peer} -initial-cluster-token etcd-cluster-1 -initial-cluster default=http://127.0.0.1:{peer}
    -initial-cluster-state new --data-dir {dir}/data""")
start("Bitnami", "", """ETCD_NAME=etcd-0 ETCD_DATA_DIR={dir}/data ETCD_LISTEN_CLIENT_URLS=http://0.0.0.0:{client}
    ETCD_ADVERTISE_CLIENT_URLS=http://127.0.0.1:{client} ETCD_LISTEN_PEER_URLS=http://0.0.0.0:{peer}
    ETCD_INITIAL_ADVERTISE_PEER_URLS=http://127.0.0.1:{peer} ETCD_INITIAL_CLUSTER=etcd-0=http://127.0.0.1:{peer}
    ETCD_INITIAL_CLUSTER_TOKEN=etcd-cluster-k8s ETCD_INITIAL_CLUSTER_STATE=new ETCD_LOG_LEVEL=info ETCD_CLUSTER_DOMAIN=etcd.svc
    ETCD_ON_K8S=yes ETCD_START_FROM_SNAPSHOT=no ETCD_DISASTER_RECOVERY=no ETCD_ROOT_PASSWORD=secret ETCD_VOLUME_DIR={dir}
    ETCD_CONF_FILE={dir}/none.yaml ETCD_BASE_DIR=/opt/bitnami/etcd ETCD_TMP_DIR=/tmp ETCD_DAEMON_USER=etcd ETCD_AUTO_TLS=false
    ETCD_PEER_AUTO_TLS=false ETCD_AUTO_COMPACTION_MODE=periodic ETCD_AUTO_COMPACTION_RETENTION=10m ETCD_PREUPGRADE_START_DELAY=
    ETCD_AUTH_TOKEN=jwt,priv-key={dir}/token.pem,sign-method=RS256,ttl=10m ALLOW_NONE_AUTHENTICATION=yes BITNAMI_DEBUG=false""")
start("Kubespray", "", """ETCD_DATA_DIR={dir}/data ETCD_ADVERTISE_CLIENT_URLS=https://127.0.0.1:{client}
    ETCD_INITIAL_ADVERTISE_PEER_URLS=https://127.0.0.1:{peer} ETCD_INITIAL_CLUSTER_STATE=new ETCD_METRICS=basic
    ETCD_LISTEN_CLIENT_URLS=https://127.0.0.1:{client},https://127.0.0.1:{more} ETCD_ELECTION_TIMEOUT=5000 ETCD_HEARTBEAT_INTERVAL=250
    ETCD_INITIAL_CLUSTER_TOKEN=k8s_etcd ETCD_LISTEN_PEER_URLS=https://127.0.0.1:{peer} ETCD_NAME=etcd1 ETCD_PROXY=off
    ETCD_INITIAL_CLUSTER=etcd1=https://127.0.0.1:{peer} ETCD_AUTO_COMPACTION_RETENTION=8 ETCD_SNAPSHOT_COUNT=100000
    ETCD_QUOTA_BACKEND_BYTES=2147483648 ETCD_MAX_REQUEST_BYTES=1572864 ETCD_LOG_LEVEL=info ETCD_MAX_SNAPSHOTS=5 ETCD_MAX_WALS=5
    ETCD_TRUSTED_CA_FILE={dir}/ca.crt ETCD_CERT_FILE={dir}/server.crt ETCD_KEY_FILE={dir}/server.key ETCD_CLIENT_CERT_AUTH=true
    ETCD_PEER_TRUSTED_CA_FILE={dir}/ca.crt ETCD_PEER_CERT_FILE={dir}/server.crt ETCD_PEER_KEY_FILE={dir}/server.key
    ETCD_PEER_CLIENT_CERT_AUTH=True ETCD_LISTEN_METRICS_URLS=http://127.0.0.1:{metrics} ETCDCTL_ENDPOINTS=https://127.0.0.1:2379
    ETCD_TLS_MIN_VERSION=TLS1.2 ETCD_EXPERIMENTAL_INITIAL_CORRUPT_CHECK=True ETCD_EXPERIMENTAL_WATCH_PROGRESS_NOTIFY_INTERVAL=5s""")
start("Debian's unit", "", """ETCD_DATA_DIR={dir}/data ETCD_NAME=default ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:{client}
    ETCD_ADVERTISE_CLIENT_URLS=http://127.0.0.1:{client} ETCD_LISTEN_PEER_URLS=http://127.0.0.1:{peer}
    ETCD_INITIAL_ADVERTISE_PEER_URLS=http://127.0.0.1:{peer} ETCD_INITIAL_CLUSTER=default=http://127.0.0.1:{peer}
    DAEMON_ARGS= INVOCATION_ID=1""")
start("CentOS' unit", "--name=default --data-dir={dir}/data --listen-client-urls=http://127.0.0.1:{client}", """ETCD_ADVERTISE_CLIENT_URLS=http://127.0.0.1:{client}
    ETCD_LISTEN_PEER_URLS=http://127.0.0.1:{peer} ETCD_INITIAL_ADVERTISE_PEER_URLS=http://127.0.0.1:{peer}
    ETCD_INITIAL_CLUSTER=default=http://127.0.0.1:{peer} GOMAXPROCS=2""")
start("RKE2", "--config-file={dir}/etcd.yaml", "ETCD_UNSUPPORTED_ARCH=", """
advertise-client-urls: https://127.0.0.1:{client}
client-transport-security:
  cert-file: {dir}/server.crt
  client-cert-auth: true
  key-file: {dir}/server.key
  trusted-ca-file: {dir}/ca.crt
data-dir: {dir}/data
election-timeout: 5000
experimental-initial-corrupt-check: true
experimental-watch-progress-notify-interval: 5000000000
heartbeat-interval: 500
initial-advertise-peer-urls: https://127.0.0.1:{peer}
initial-cluster: node-1a2b=https://127.0.0.1:{peer}
initial-cluster-state: new
listen-client-http-urls: https://127.0.0.1:{more}
listen-client-urls: https://127.0.0.1:{client}
listen-metrics-urls: http://127.0.0.1:{metrics}
listen-peer-urls: https://127.0.0.1:{peer}
log-outputs:
- stderr
logger: zap
name: node-1a2b
peer-transport-security:
  cert-file: {dir}/server.crt
  client-cert-auth: true
  key-file: {dir}/server.key
  trusted-ca-file: {dir}/ca.crt
snapshot-count: 10000
""")
start("etcd.conf.yml.sample", "--config-file {dir}/etcd.yaml", "", """
name: 'default'
data-dir: {dir}/data
wal-dir:
snapshot-count: 10000
heartbeat-interval: 100
election-timeout: 1000
quota-backend-bytes: 0
listen-peer-urls: http://localhost:{peer}
listen-client-urls: http://localhost:{client}
max-snapshots: 5
max-wals: 5
cors:
initial-advertise-peer-urls: http://localhost:{peer}
advertise-client-urls: http://localhost:{client}
discovery:
discovery-fallback: 'proxy'
discovery-proxy:
discovery-srv:
initial-cluster: default=http://localhost:{peer}
initial-cluster-token: 'etcd-cluster'
initial-cluster-state: 'new'
strict-reconfig-check: false
enable-pprof: true
proxy: 'off'
proxy-failure-wait: 5000
proxy-refresh-interval: 30000
proxy-dial-timeout: 1000
proxy-write-timeout: 5000
proxy-read-timeout: 0
client-transport-security:
  cert-file:
  key-file:
  client-cert-auth: false
  trusted-ca-file:
  auto-tls: false
peer-transport-security:
  cert-file:
  key-file:
  client-cert-auth: false
  trusted-ca-file:
  auto-tls: false
  allowed-cn:
  allowed-hostname:
self-signed-cert-validity: 1
log-level: debug
logger: zap
log-outputs: [stderr]
force-new-cluster: false
auto-compaction-mode: periodic
auto-compaction-retention: "1"
cipher-suites: [
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
]
tls-min-version: 'TLS1.2'
tls-max-version: 'TLS1.3'
""")
start("docker compose", URLS + " --auto-compaction-retention 1 --enable-v2=false",
      "ALLOW_NONE_AUTHENTICATION=yes ETCDCTL_API=3 ETCD_AUTO_COMPACTION_MODE=revision ETCD_QUOTA_BACKEND_BYTES=4294967296 ETCD_SNAPSHOT_COUNT=50000")
start("harness", URLS + " --unsafe-no-fsync --log-level=error --enable-v2 --max-txn-ops=10000 --backend-batch-limit=1")
start("unknown flag", URLS + " --no-such-flag=1", expected="exit code 2")
start("unknown value", URLS + " --initial-cluster-state=maybe", expected="exit code 2")
start("positional argument", URLS + " extra", expected="exit code 1")
start("flag and variable", URLS + " --snapshot-count=7", "ETCD_SNAPSHOT_COUNT=8", expected="exit code 1")


def defaults():
    """Every flag of the real etcd's help text that has a default, with it."""
    text = subprocess.run([ETCD, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
    given = re.findall(r"--([a-z-]+)=", URLS)
    found = dict(re.findall(r"(?m)^\s+--([a-z0-9-]+) '([^' ]*)'$", text))
    return {name: value for name, value in found.items() if value and name not in given and not value.startswith("math.")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory)


def make_files(directory):
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "9", "-subj", "/CN=etcd-ca")
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.crt", "-days", "9", "-subj",
            "/CN=node1", "-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-addext", "basicConstraints=critical,CA:FALSE")
    openssl(directory, "genrsa", "-out", "token.pem", "2048")


def outcome(name):
    """`serves`, or how the program ended."""
    arguments, environment, file, _ = STARTS[name]
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(FILES, directory, dirs_exist_ok=True)
        values = dict(client=free_port(), peer=free_port(), more=free_port(), metrics=free_port(), dir=directory)
        arguments, environment, file = (re.sub(r"\{(\w+)\}", lambda m: str(values[m.group(1)]), text) for text in (arguments, environment, file))
        with open(os.path.join(directory, "etcd.yaml"), "w") as target:
            target.write(file)
        log_name = os.path.join(directory, "log")
        variables = dict(pair.split("=", 1) for pair in environment.split())
        with open(log_name, "w") as log:
            process = subprocess.Popen([SERVER, *arguments.split()], stdout=log, stderr=log, cwd=directory,
                                       env=dict(PATH=os.environ["PATH"], **variables))
        try:
            for _ in range(3000):
                if is_healthy(values["client"]) or is_healthy(values["more"]):
                    return "serves"
                if process.poll() is not None:
                    return "exit code %d: %s" % (process.returncode, open(log_name).read().strip()[-600:])
                time.sleep(0.1)
            return "serves nothing: " + open(log_name).read().strip()[-600:]
        finally:
            process.kill()
            process.wait()


def is_healthy(port):
    secure = ["-k", "--cert", FILES + "/server.crt", "--key", FILES + "/server.key"]
    return any(b'"true"' in subprocess.run(["curl", "-s", *options, "%s://127.0.0.1:%d/health" % (scheme, port)], stdout=subprocess.PIPE).stdout
               for scheme, options in (("http", []), ("https", secure)))


def main():
    flags = defaults()
    start("every flag with a default", URLS + " " + " ".join("--%s=%s" % flag for flag in flags.items()))
    start("every variable with a default", URLS, " ".join("ETCD_%s=%s" % (name.upper().replace("-", "_"), value) for name, value in flags.items()))
    failed = 0
    names = sys.argv[3:] or list(STARTS)
    for name in names:
        found, expected = outcome(name), STARTS[name][3]
        if found.split(":")[0] == expected:
            print("%s: %s" % (name, expected))
        else:
            failed += 1
            print("FAILED: %s: %s" % (name, found))
    print("starts: %d, %d of them failed" % (len(names), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    FILES = tempfile.mkdtemp()
    try:
        make_files(FILES)
        sys.exit(main())
    finally:
        shutil.rmtree(FILES, ignore_errors=True)
