#!/usr/bin/env python3
"""Compares how two servers refuse TLS connections: what the client is told, and what the server logs.

    compare.py ETCD OURS ETCDCTL [KIND...]     programs: a real etcd, bin/etcd, and etcdctl; kinds of servers, by default all KINDS

Needs openssl and curl. Known differences are listed in KNOWN with their reasons; any other difference makes the comparison fail. Which
TLS alert refuses a certificate is not compared: the JDK sends one for all reasons, etcd one for each.
"""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from comparison import Comparison  # noqa: E402

ETCD, OURS, ETCDCTL = sys.argv[1:4]
DIRECTORY = tempfile.mkdtemp()

# Known differences with their reasons, by a pattern of the case's name.
KNOWN = {
    "unknown ALPN protocol, log": "the JDK does not tell the protocols that the client offered",
    "alert in TLS .*, certificate revoked, client": "etcd reads the list after the handshake and closes the connection without an alert",
    "cipher suite.*, log": "the JDK does not tell the cipher suites that the client offered",
}

# In TLS 1.3 an alert comes after the client has completed its handshake.
ALERT_SECONDS = 3

# Alerts that a certificate is missing or refused.
CERTIFICATE_ALERTS = "40|42|45|46|48|116"

SUBJECTS = {
    # name: (issuer, common name, alternative names, days, further options)
    "server": ("ca", "server", "DNS:localhost,IP:127.0.0.1", 10, []),
    "alice": ("ca", "alice", "", 10, []),
    "named": ("ca", "named", "DNS:good.example,IP:127.0.0.1", 10, []),
    "elsewhere": ("ca", "elsewhere", "IP:192.0.2.1", 10, []),
    "other": ("ca", "other", "DNS:other.example", 10, []),
    "expired": ("ca", "expired", "", -1, []),
    "revoked": ("ca", "revoked", "", 10, []),
    "serveronly": ("ca", "serveronly", "", 10, ["extendedKeyUsage=serverAuth"]),
    "foreign": ("foreignca", "alice", "", 10, []),
    "impostor": ("impostorca", "alice", "", 10, []),
    "leaf": ("middle", "leaf", "", 10, []),
}


def path(name):
    return os.path.join(DIRECTORY, name)


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=DIRECTORY)


def request(name, common_name):
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-subj",
            "/CN=" + common_name, "-out", name + ".csr")


def certificate(name, issuer, common_name, names, days, options):
    request(name, common_name)
    lines = options or ["extendedKeyUsage=serverAuth,clientAuth"]
    if names:
        lines = lines + ["subjectAltName=" + names]
    with open(path(name + ".ext"), "w") as file:
        file.write("\n".join(lines) + "\n")
    openssl("ca", "-batch", "-config", issuer + ".cnf", "-in", name + ".csr", "-out", name + ".pem", "-notext", "-extfile", name + ".ext",
            "-startdate", "20200101000000Z", "-enddate",
            time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400)))


def authority(name, common_name, issuer=None):
    with open(path(name + ".cnf"), "w") as file:
        file.write("[ca]\ndefault_ca=d\n[d]\ndatabase=%s.txt\nserial=%s.serial\nnew_certs_dir=.\ncertificate=%s.pem\nprivate_key=%s.key\n"
                   "default_md=sha256\npolicy=p\ndefault_crl_days=10\nunique_subject=no\ncrl_extensions=e\n[p]\ncommonName=supplied\n"
                   "[e]\nauthorityKeyIdentifier=keyid\n" % ((name,) * 4))
    open(path(name + ".txt"), "w").close()
    with open(path(name + ".serial"), "w") as file:
        file.write("1000\n")
    if issuer:
        certificate(name, issuer, common_name, "", 10, ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"])
    else:
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key", "-subj",
                "/CN=" + common_name, "-days", "10", "-out", name + ".pem", "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make_files():
    authority("ca", "authority")
    authority("foreignca", "foreign authority")
    authority("impostorca", "authority")
    authority("middle", "intermediate", "ca")
    for name, (issuer, common_name, names, days, options) in SUBJECTS.items():
        certificate(name, issuer, common_name, names, days, options)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "selfsigned.key", "-subj",
            "/CN=alice", "-days", "10", "-out", "selfsigned.pem")
    shutil.copy(path("leaf.key"), path("chain.key"))
    with open(path("chain.pem"), "w") as file:
        file.write(open(path("leaf.pem")).read() + open(path("middle.pem")).read())
    openssl("ca", "-config", "ca.cnf", "-revoke", "revoked.pem")
    openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "revoked.txt")
    openssl("crl", "-in", "revoked.txt", "-outform", "DER", "-out", "crl.der")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One member, whose client and peer addresses have the same rules."""

    def __init__(self, program, kind, flags, scheme="https"):
        self.port, self.peer = free_port(), free_port()
        data = path("%s-%s" % (os.path.basename(program), kind))
        client, peer = "%s://127.0.0.1:%d" % (scheme, self.port), "%s://127.0.0.1:%d" % (scheme, self.peer)
        self.log = data + ".log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [program, "--name", "m1", "--data-dir", data, "--listen-client-urls", client, "--advertise-client-urls", client,
                 "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "m1=" + peer, *flags],
                stdout=log, stderr=log)
        self.read = 0
        for _ in range(3000):
            if "ready to serve client requests" in open(self.log).read():
                break
            time.sleep(0.1)
        else:
            sys.exit("%s did not start:\n%s" % (program, open(self.log).read()))
        self.new_lines()

    def new_lines(self):
        """The refused connections since the last call, each kind once."""
        with open(self.log) as log:
            log.seek(self.read)
            text = log.read()
            self.read = log.tell()
        lines = set()
        for line in text.splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                lines.add("no JSON: " + line)
                continue
            if "rejected" in fields["msg"]:
                for name in ("ts", "caller", "remote-addr", "common-name", "ip-addresses", "dns-names"):
                    fields.pop(name, None)  # we tell the names of every refused certificate
                lines.add(json.dumps(fields, sort_keys=True))
        return sorted(lines)

    def stop(self):
        self.process.kill()
        self.process.wait()


TLS = ["--cert-file", "server.pem", "--key-file", "server.key", "--peer-cert-file", "server.pem", "--peer-key-file", "server.key"]
MUTUAL = TLS + ["--trusted-ca-file", "ca.pem", "--client-cert-auth", "--peer-trusted-ca-file", "ca.pem", "--peer-client-cert-auth"]
KINDS = {
    "mutual": MUTUAL + ["--client-crl-file", "crl.der", "--peer-crl-file", "crl.der"],
    "hostname": MUTUAL + ["--client-cert-allowed-hostname", "good.example", "--peer-cert-allowed-hostname", "good.example"],
    "name": MUTUAL + ["--peer-cert-allowed-cn", "alice"],
    "tls": TLS,
    "tls1.3": TLS + ["--tls-min-version", "TLS1.3"],
    "suite": TLS + ["--cipher-suites", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "--tls-max-version", "TLS1.2"],
    "plain": [],
}

CASES = []


def case(kind, name, client):
    CASES.append((kind, name, client))


def run(*command, stdin=b""):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=DIRECTORY, timeout=300)
    return "%s\nexit code %d" % (done.stdout.decode("utf-8", "replace").strip(), done.returncode)


def identity(name, certificate_flag, key_flag):
    return [certificate_flag, name + ".pem", key_flag, name + ".key"] if name else []


def etcdctl(name=None, scheme="https", authorities="ca", host="127.0.0.1"):
    def client(server):
        secure = ["--cacert", authorities + ".pem"] if scheme == "https" else []
        return run(ETCDCTL, "--endpoints=%s://%s:%d" % (scheme, host, server.port), "--dial-timeout=2s", "--command-timeout=2s", *secure,
                   *identity(name, "--cert", "--key"), "put", "a", "b")
    return client


def curl(name=None, scheme="https", peer=False, options=()):
    def client(server):
        url = "%s://127.0.0.1:%d/version" % (scheme, server.peer if peer else server.port)
        output = run("curl", "-sS", "-m", "5", "--cacert", "ca.pem", *identity(name, "--cert", "--key"),
                     *(["--http1.1"] if peer else []), *options, url)  # etcd's peer port cannot serve HTTP/2
        output = re.sub(r"(?m)^\{.*$", "(version)", output)
        # Which error curl sees depends on when the connection is closed.
        return re.sub(r"(?s)^curl: \((16|18|52|55|56)\).*", "refused", output)
    return client


def s_client(*options, name=None, peer=False):
    """The alert that openssl receives."""
    def client(server):
        command = ["openssl", "s_client", "-connect", "127.0.0.1:%d" % (server.peer if peer else server.port), "-CAfile", "ca.pem",
                   "-servername", "localhost", *identity(name, "-cert", "-key"), *options]
        if name == "chain":
            command += ["-cert_chain", "middle.pem"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=DIRECTORY)
        try:
            process.wait(ALERT_SECONDS)  # a refused client ends by itself
        except subprocess.TimeoutExpired:
            pass
        output = process.communicate()[0].decode("utf-8", "replace")  # an accepted one ends with its input
        alerts = re.findall(r"alert number \d+|wrong version number|no protocols available", output)
        return " ".join(sorted(set(alerts))) or "no alert"
    return client


def raw(data, peer=False):
    """What a client without TLS receives for its bytes, before the connection is closed."""
    def client(server):
        with socket.create_connection(("127.0.0.1", server.peer if peer else server.port)) as connection:
            connection.settimeout(3)
            connection.sendall(data)
            received = b""
            try:
                while True:
                    more = connection.recv(4096)
                    if not more:
                        return repr(received) + ", closed"
                    received += more
            except socket.timeout:
                return repr(received) + ", open"
            except OSError:
                return repr(received) + ", closed"
    return client


def cases():
    for name in (None, "alice", "expired", "foreign", "impostor", "selfsigned", "revoked", "serveronly", "leaf", "chain", "elsewhere"):
        case("mutual", "etcdctl with certificate %s" % name, etcdctl(name))
        case("mutual", "curl with certificate %s" % name, curl(name))
        case("mutual", "curl on the peer port with certificate %s" % name, curl(name, peer=True))
        case("mutual", "alert in TLS 1.2, certificate %s" % name, s_client("-tls1_2", name=name))
        case("mutual", "alert in TLS 1.3, certificate %s" % name, s_client("-tls1_3", name=name))
    for name in (None, "named", "other", "alice"):
        for kind in ("hostname", "name"):
            case(kind, "etcdctl with certificate %s" % name, etcdctl(name))
            case(kind, "curl on the peer port with certificate %s" % name, curl(name, peer=True))
    for kind in ("mutual", "tls"):
        case(kind, "etcdctl over http", etcdctl(scheme="http"))
        case(kind, "curl over http", curl(scheme="http"))
        case(kind, "curl over http on the peer port", curl(scheme="http", peer=True))
        case(kind, "the bytes of an HTTP request", raw(b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n"))
        case(kind, "the preface of HTTP/2", raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9))
        case(kind, "other bytes", raw(b"\x01\x02\x03\x04\x05\x06\x07\x08" * 8))
        case(kind, "other bytes to the peer port", raw(b"\x01\x02\x03\x04\x05\x06\x07\x08" * 8, peer=True))
    case("tls", "etcdctl that trusts another authority", etcdctl(authorities="foreignca"))
    case("tls", "etcdctl that trusts an authority of the same name", etcdctl(authorities="impostorca"))
    case("tls", "etcdctl with the name of the certificate", etcdctl(host="localhost"))
    case("tls", "curl that trusts another authority", curl(options=["--cacert", "foreignca.pem"]))
    case("tls", "curl with HTTP/1.1", curl(options=["--http1.1"]))
    case("tls", "curl without ALPN", curl(options=["--no-alpn"]))
    case("tls", "unknown ALPN protocol", s_client("-alpn", "unknown"))
    case("tls", "TLS 1.1", s_client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))
    case("tls", "TLS 1.0 to the peer port", s_client("-tls1", "-cipher", "ALL:@SECLEVEL=0", peer=True))
    case("tls", "a cipher suite with CBC and SHA-2", s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"))
    case("tls", "a cipher suite with CBC and SHA-1", s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA"))
    case("tls", "a curve that is not supported", s_client("-tls1_3", "-groups", "secp256k1"))
    case("tls1.3", "TLS 1.2", s_client("-tls1_2"))
    case("tls1.3", "TLS 1.3", s_client("-tls1_3"))
    case("suite", "the permitted cipher suite", s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"))
    case("suite", "another cipher suite", s_client("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"))
    case("suite", "TLS 1.3", s_client("-tls1_3"))
    case("plain", "etcdctl over https", etcdctl())
    case("plain", "curl over https", curl())
    case("plain", "curl over https on the peer port", curl(peer=True))


def masked(text):
    text = re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text)
    text = re.sub(r"https?://\S*ADDRESS", "URL", text)
    text = re.sub(r"balancer error: write tcp .*broken pipe", "balancer error: (refused)", text)
    text = re.sub(r'connection error: desc = .{2}error reading server preface: [^"]*?(EOF|reset by peer|certificate [a-z]+|[a-z]+ certificate'
                  r'( authority)?)\\?"', "(refused)", text)
    text = re.sub(r"alert number (%s)$" % CERTIFICATE_ALERTS, "alert (refused)", text)
    text = re.sub(r'"ts":"[^"]*"|"caller":"[^"]*"|0x[0-9a-f]+|port \d+', "_", text)
    text = re.sub(r"(after|in) \d+ ms", r"\1 TIME", text)
    return re.sub(r"(current time )\S+( is after )[-0-9T:Z]+", r"\1T\2T", text)


def results(program):
    found = {}
    for kind in sys.argv[4:] or KINDS:
        server = Server(program, kind, KINDS[kind], "http" if kind == "plain" else "https")
        for case_kind, name, client in CASES:
            if case_kind == kind:
                told = client(server)
                time.sleep(0.2)  # the log line is written after the connection is closed
                found["%s, %s" % (kind, name)] = (masked(told), "\n".join(masked(line) for line in server.new_lines()))
        server.stop()
    return found


def main():
    os.chdir(DIRECTORY)
    make_files()
    cases()
    theirs, ours = results(ETCD), results(OURS)
    comparison = Comparison("tls")
    for name, expected in theirs.items():
        for part, etcds, our in zip(("client", "log"), expected, ours[name]):
            part = name + ", " + part
            comparison.add(part, etcds, our, next((KNOWN[pattern] for pattern in KNOWN if re.search(pattern, part)), None))
    return comparison.finish()


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        shutil.rmtree(DIRECTORY, ignore_errors=True)
