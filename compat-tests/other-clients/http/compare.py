#!/usr/bin/env python3
"""Sends the same HTTP requests to two servers and compares the responses: JSON gateway, health, version, metrics, and
every call of the gateway by users with different permissions.

    compare.py ETCD OURS     host:port of a fresh etcd and a fresh Metastore of the same version, both with --metrics=extensive

IDs, times, sizes and optional spaces after commas in Go's JSON are ignored. Known differences are listed in KNOWN with their
reasons; any other difference makes the comparison fail.
"""
import base64
import json
import pathlib
import re
import sys
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from comparison import Comparison  # noqa: E402

ETCD, OURS = sys.argv[1:3]

# Known differences with their reasons, by the name of the case.
KNOWN = {
    "bad stream": "etcd sends no response if the first message of a stream cannot be parsed",
    "body of 10 MiB": "we refuse it by its length (413) before reading it; etcd reads it and answers 429",
    "snapshot": "a file with the same data in other pages; the suite etcdctl/snapshots restores it",
    "observe inside": "as the next one",
    "observe outside": "etcd ends the stream without an error, where Leader returns one; we return it for both",
    "surrogate": "another error text for half a surrogate pair",
}


def b64(text):
    return base64.b64encode(text.encode()).decode()


def body(**fields):
    return json.dumps(fields)


K, V = b64("k"), b64("v")
CASES = []

# The users of the second part, which is run with access control on. "" is a client without a token.
USERS = ("", "none", "reader", "writer", "root")

# Tokens by server and user.
TOKENS = {}


def case(name, path, data="", method="POST", headers=None, stream=0, user=""):
    CASES.append((name, path, data, method, headers or {}, stream, user))


def cases():
    kv, lease = "/v3/kv/", "/v3/lease/"
    case("put", kv + "put", body(key=K, value=V))
    case("put prev_kv", kv + "put", body(key=K, value=V, prev_kv=True))
    case("put camelCase", kv + "put", body(key=K, value=V, prevKv=True, ignoreLease=False))
    case("put empty key", kv + "put", body(value=V))
    case("put value given and kept", kv + "put", body(key=K, value=V, ignore_value=True))
    case("put unknown lease", kv + "put", body(key=K, lease="12345"))
    case("range", kv + "range", body(key=K))
    case("range all", kv + "range", body(key="AA==", range_end="AA=="))
    case("range count", kv + "range", body(key="AA==", range_end="AA==", count_only=True))
    case("range nothing", kv + "range", body(key=b64("none")))
    case("range limit", kv + "range", body(key="AA==", range_end="AA==", limit="1", sort_order="DESCEND", sort_target="MOD"))
    case("range future", kv + "range", body(key=K, revision=99999))
    case("range keys only", kv + "range", body(key=K, keys_only=True))
    case("txn", kv + "txn", body(
        compare=[dict(result="GREATER", target="VERSION", key=K, version="0")],
        success=[dict(request_put=dict(key=K, value=V)), dict(request_range=dict(key=K))],
        failure=[dict(requestDeleteRange=dict(key=K))]))
    case("txn else", kv + "txn", body(
        compare=[dict(target="VALUE", key=K, value=b64("other"))], failure=[dict(request_range=dict(key=K))]))
    case("txn empty", kv + "txn", "{}")
    case("txn duplicate", kv + "txn", body(success=[dict(request_put=dict(key=K)), dict(request_put=dict(key=K))]))
    case("txn two in one", kv + "txn", body(success=[dict(request_put=dict(key=K), request_range=dict(key=K))]))
    case("txn nested", kv + "txn", body(success=[dict(request_txn=dict(success=[dict(request_range=dict(key=K))]))]))
    case("deleterange", kv + "deleterange", body(key=K, prev_kv=True))
    case("deleterange nothing", kv + "deleterange", body(key=K))
    case("compaction future", kv + "compaction", body(revision="99999"))
    case("compaction", kv + "compaction", body(revision=2))
    case("compaction again", kv + "compaction", body(revision=2))
    case("range compacted", kv + "range", body(key=K, revision=1))

    case("lease grant", lease + "grant", body(ID="7777", TTL="100"))
    case("lease grant again", lease + "grant", body(ID="7777", TTL="100"))
    case("lease grant too long", lease + "grant", body(TTL="9000000001"))
    case("lease leases", lease + "leases", "{}")
    case("lease leases, other path", "/v3/kv/lease/leases", "{}")
    case("put leased", kv + "put", body(key=b64("l"), lease="7777"))
    case("lease timetolive", lease + "timetolive", body(ID=7777, keys=True))
    case("lease timetolive, other path", "/v3/kv/lease/timetolive", body(ID=7777))
    case("lease timetolive unknown", lease + "timetolive", body(ID=1))
    case("lease keepalive", lease + "keepalive", body(ID=7777))
    case("lease keepalive twice", lease + "keepalive", body(ID=7777) + body(ID="7778"))
    case("lease keepalive nothing", lease + "keepalive", "")
    case("lease revoke", lease + "revoke", body(ID=7777))
    case("lease revoke again", "/v3/kv/lease/revoke", body(ID=7777))

    watch = dict(create_request=dict(key="AA==", range_end="AA==", start_revision="3"))
    case("watch", "/v3/watch", json.dumps(watch), stream=2)
    case("watch compacted", "/v3/watch", body(create_request=dict(key=K, start_revision=1)), stream=2)
    case("watch two", "/v3/watch", body(create_request=dict(key=K)) + body(create_request=dict(key=V)), stream=2)
    case("watch empty range", "/v3/watch", body(create_request=dict(key=b64("b"), range_end=b64("a"))), stream=1)

    election, lock = "/v3/election/", "/v3/lock/"
    case("lease for elections", lease + "grant", body(ID="8888", TTL="10000"))
    case("leader nobody", election + "leader", body(name=b64("e")))
    case("campaign", election + "campaign", body(name=b64("e"), lease=8888, value=V))
    case("campaign again", election + "campaign", body(name=b64("e"), lease=8888, value=V))
    case("campaign unknown lease", election + "campaign", body(name=b64("e"), lease=1))
    case("leader", election + "leader", body(name=b64("e")))
    case("observe", election + "observe", body(name=b64("e")), stream=1)
    case("proclaim not leader", election + "proclaim", body(leader=dict(name=b64("e"), key=b64("e/22b8"), rev=1, lease=8888), value=V))
    case("proclaim no leader", election + "proclaim", body(value=V))
    case("resign no leader", election + "resign", "{}")
    case("resign not leader", election + "resign", body(leader=dict(name=b64("e"), key=b64("e/22b8"), rev=1)))
    case("resign no key", election + "resign", body(leader=dict(name=b64("e"))))
    case("lock", lock + "lock", body(name=b64("l"), lease=8888))
    case("lock again", lock + "lock", body(name=b64("l"), lease=8888))
    case("lock unknown lease", lock + "lock", body(name=b64("l"), lease=1))
    case("lock timeout", lock + "lock", body(name=b64("l")), headers={"Grpc-Timeout": "500m"})
    case("unlock", lock + "unlock", body(key=b64("l/22b8")))
    case("unlock nothing", lock + "unlock", "{}")

    cluster, maintenance, auth = "/v3/cluster/member/", "/v3/maintenance/", "/v3/auth/"
    case("member list", cluster + "list", "{}")
    case("member list linearizable", cluster + "list", body(linearizable=True))
    case("member add bad", cluster + "add", body(peerURLs=["x"]))
    case("member add none", cluster + "add", "{}")
    case("member remove unknown", cluster + "remove", body(ID="5"))
    case("member update unknown", cluster + "update", body(ID="5", peerURLs=["http://127.0.0.1:1"]))
    case("member promote unknown", cluster + "promote", body(ID="5"))
    case("alarm", maintenance + "alarm", "{}")
    case("status", maintenance + "status", "{}")
    case("hash", maintenance + "hash", "{}")
    case("hashkv", maintenance + "hashkv", "{}")
    case("hashkv future", maintenance + "hashkv", body(revision=99999))
    case("defragment", maintenance + "defragment", "{}")
    case("move leader unknown", maintenance + "transfer-leadership", body(targetID="5"))
    case("downgrade validate", maintenance + "downgrade", body(action="VALIDATE", version="x"))
    case("downgrade cancel", maintenance + "downgrade", body(action="CANCEL"))
    case("snapshot", maintenance + "snapshot", "{}")
    case("auth status", auth + "status", "{}")
    case("auth enable", auth + "enable", "{}")
    case("auth disable", auth + "disable", "{}")
    case("authenticate", auth + "authenticate", body(name="a", password="b"))
    for name in ("add", "get", "delete", "changepw", "grant", "revoke"):
        case("user %s, nothing" % name, auth + "user/" + name, "{}")
    for name in ("add", "get", "delete", "grant", "revoke"):
        case("role %s, nothing" % name, auth + "role/" + name, "{}")
    case("user add", auth + "user/add", body(name="u", password="p"))
    case("user get", auth + "user/get", body(name="u"))
    case("user list", auth + "user/list", "{}")
    case("role add", auth + "role/add", body(name="r"))
    case("role grant permission", auth + "role/grant", body(name="r", perm=dict(permType="READWRITE", key=K)))
    case("role get", auth + "role/get", body(role="r"))
    case("role list", auth + "role/list", "{}")
    case("user grant", auth + "user/grant", body(user="u", role="r"))
    case("user delete", auth + "user/delete", body(name="u"))

    for bad in ("5", "[]", "null", '"x"', "true", "{", '{"', '{"key', '{"key"', '{"key":', '{"key":}', "{key:1}", '{"key":"Zm9v",}',
                '{"key":"Zm9v" "limit":1}', '{"limit":01}', '{"limit":1e1,"key":"YQ=="}', '{"limit":1e-1}', '{"limit":-}',
                '{"limit":1.}', '{"limit":1.0,"key":"YQ=="}', '{"limit":"1.0","key":"YQ=="}', '{"limit":" 1"}', '{"limit":""}',
                '{"limit":null,"key":"YQ=="}', '{"key":null}', '{"limit":99999999999999999999}', '{"serializable":"true"}',
                '{"serializable":1}', '{"serializable":tru}', '{"serializable":nul}', '{"sort_order":true}', '{"sort_order":1.5}',
                '{"sort_order":"1","key":"YQ=="}', '{"sort_order":99,"key":"YQ=="}', '{"sort_order":[]}', '{"key":"a-_b"}',
                '{"key":"Zm8"}', '{"key":"Zm 8="}', '{"key":"\\q"}', '{"key":"\\u00zz"}', '{"key":{}}', '{"key":[1]}',
                '{"junk":{"a":[1,2,{"b":null}]},"key":"Zm9v"}', '{"range_end":"","rangeEnd":""}', '  {"key":  5}', '\n {"key":5}',
                '{"key":\n 5}', '{"key":"YQ=="} trailing', '{"key":"YQ=="}{"key":"Yg=="}', '{"key":"a\x01"}', '{"key":"YQ==\n"}',
                '{"a":"\u00e9","key":5}', '{"\u00e9":1,"key":5}', ""):
        case("bad %r" % bad, kv + "range", bad)
    for bad in ('{"success":5}', '{"success":[5]}', '{"success":[null]}', '{"success":null}', '{"compare":{"key":"YQ=="}}',
                '{"compare":[{"key":"YQ==","value":"Yg==","version":"3"}]}', '{"success":[{"request_put":null}]}'):
        case("bad txn %r" % bad, kv + "txn", bad)
    case("bad name", auth + "user/add", '{"name":5}')
    case("surrogate", auth + "user/add", '{"name":"\\ud800"}')
    case("bad peers", cluster + "add", '{"peerURLs":"x"}')
    case("bad peer", cluster + "add", '{"peerURLs":[5]}')
    case("bad id", cluster + "remove", '{"ID":-1}')
    case("bad id too large", cluster + "remove", '{"ID":"18446744073709551616"}')
    case("bad stream", "/v3/watch", "x")
    case("bad observe", election + "observe", '{"name":5}')
    case("deep", kv + "range", '{"a":' * 10001 + "1" + "}" * 10001)
    case("body too large for a request", kv + "put", body(key=K, value=b64("x" * 1600000)))
    case("body too large for gRPC", kv + "put", body(key=K, value=b64("x" * 2097152)))
    case("body of 10 MiB", kv + "put", body(key=K, value=b64("x" * (10 << 20))))
    case("query", kv + "range?key=YQ==", "{}")
    case("old path", "/v3beta/kv/range", body(key=K))
    case("no such call", "/v3/kv/nothing", "{}")
    case("slash at the end", "/v3/kv/range/", "{}")
    case("no such path", "/nothing", "{}")
    case("root", "/", method="GET")
    case("PUT", kv + "range", "{}", method="PUT")
    case("GET", kv + "range", method="GET")
    case("OPTIONS", kv + "range", method="OPTIONS")
    case("timeout malformed", kv + "range", body(key=K), headers={"Grpc-Timeout": "1x"})
    case("hasleader", kv + "range", body(key=K), headers={"Grpc-Metadata-Hasleader": "true"})

    for path in ("/health", "/health?serializable=true", "/health?exclude=NOSPACE", "/health?serializable=x", "/livez", "/livez?verbose",
                 "/livez/serializable_read", "/livez/nothing", "/livez?exclude=serializable_read&verbose", "/livez?exclude=nothing",
                 "/livez?exclude=nothing&verbose", "/livez/serializable_read?verbose", "/livez/serializable_read?exclude=serializable_read",
                 "/readyz", "/readyz?verbose", "/readyz/data_corruption", "/readyz/serializable_read", "/readyz/linearizable_read",
                 "/readyz/non_learner", "/readyz?exclude=linearizable_read&exclude=data_corruption&verbose", "/readyz/", "/livez/",
                 "/version", "/debug/nothing", "/debug/vars"):
        case(path, path, method="GET")
    for path in ("/health", "/livez", "/readyz", "/version", "/readyz/linearizable_read"):
        case("POST " + path, path)


def turn_access_control_on():
    """Creates the users, whose roles are about the keys below p/, and logs them in."""
    for server in (ETCD, OURS):
        def call(path, **fields):
            with urllib.request.urlopen("http://" + server + "/v3/auth/" + path, data=body(**fields).encode()) as answer:
                return json.load(answer)

        for user in USERS[1:]:
            call("user/add", name=user, password=user)
        call("role/add", name="root")
        for role, permission in (("reader", "READ"), ("writer", "READWRITE")):
            call("role/add", name=role)
            call("role/grant", name=role, perm=dict(permType=permission, key=b64("p/"), range_end=b64("p0")))
        for user in ("reader", "writer", "root"):
            call("user/grant", user=user, role=user)
        call("enable")
        for user in USERS[1:]:
            TOKENS[server, user] = call("authenticate", name=user, password=user)["token"]
    case("invalid token", "/v3/kv/range", body(key=K), headers={"Authorization": "abcdefghijklmnop.1"})
    case("wrong password", "/v3/auth/authenticate", body(name="reader", password="x"))
    case("login of nobody", "/v3/auth/authenticate", body(name="nobody", password="x"))


def cases_of(user):
    def own(name, path, data="{}", stream=0):
        case("%s as %s" % (name, user or "nobody"), "/v3/" + path, data, stream=stream, user=user)

    for place, key, end in (("inside", "p/a", ""), ("outside", "q/a", ""), ("overlapping", "p/a", "q/a"), ("all inside", "p/", "p0")):
        keys = dict(key=b64(key), range_end=b64(end))
        own("range " + place, "kv/range", body(**keys))
        own("count " + place, "kv/range", body(count_only=True, serializable=True, **keys))
        own("watch " + place, "watch", body(create_request=keys), stream=1)
        own("txn get " + place, "kv/txn", body(success=[dict(request_range=keys)]))
        own("txn get not run " + place, "kv/txn", body(failure=[dict(request_range=keys)]))
        own("txn delete not run " + place, "kv/txn", body(failure=[dict(request_delete_range=keys)]))
        own("txn compare " + place, "kv/txn", body(compare=[dict(target="MOD", result="GREATER", mod_revision="1", **keys)]))
        own("delete " + place, "kv/deleterange", body(**keys))
        own("delete prev_kv " + place, "kv/deleterange", body(prev_kv=True, **keys))
        if not end:
            own("put " + place, "kv/put", body(key=b64(key), value=V))
            own("put prev_kv " + place, "kv/put", body(key=b64(key), value=V, prev_kv=True))
            own("put on a lease " + place, "kv/put", body(key=b64(key), lease="8888"))
            name = b64("%s/%s" % (key, user))
            own("lock " + place, "lock/lock", body(name=name, lease="8888"))
            own("unlock " + place, "lock/unlock", body(key=name))
            own("campaign " + place, "election/campaign", body(name=name, lease="8888"))
            own("leader " + place, "election/leader", body(name=name))
            own("proclaim " + place, "election/proclaim", body(leader=dict(name=name, key=name, rev="1", lease="8888")))
            own("resign " + place, "election/resign", body(leader=dict(name=name, key=name, rev="1")))
            own("observe " + place, "election/observe", body(name=name), stream=1)
    own("compaction", "kv/compaction", body(revision="99999"))
    own("lease grant", "lease/grant", body(TTL="10000"))
    own("lease keepalive", "lease/keepalive", body(ID="8888"))
    own("lease timetolive", "lease/timetolive", body(ID="8888"))
    own("lease timetolive with keys", "lease/timetolive", body(ID="8888", keys=True))
    own("lease revoke unknown", "lease/revoke", body(ID="5"))
    own("member list", "cluster/member/list")
    own("member add with a bad address", "cluster/member/add", body(peerURLs=["x"]))
    if user != "root":
        own("member add with an address", "cluster/member/add", body(peerURLs=["http://127.0.0.1:1"]))
    for path in ("remove", "update", "promote"):
        own("member " + path, "cluster/member/" + path, body(ID="5", peerURLs=["http://127.0.0.1:1"]))
    for path in ("status", "alarm", "hash", "hashkv", "defragment"):
        own(path, "maintenance/" + path)
    own("alarm set", "maintenance/alarm", body(action="DEACTIVATE", alarm="NOSPACE"))
    own("transfer-leadership", "maintenance/transfer-leadership", body(targetID="5"))
    own("downgrade", "maintenance/downgrade", body(action="VALIDATE", version="x"))
    if user != "root":
        own("snapshot", "maintenance/snapshot")
        own("disable", "auth/disable")
        own("enable", "auth/enable")
    own("auth status", "auth/status")
    for path in ("add", "get", "delete", "changepw", "grant", "revoke"):
        own("user " + path, "auth/user/" + path, body(name="reader" if path in ("add", "get") else "nobody", password="x", user="nobody", role="x"))
    own("user list", "auth/user/list")
    own("user get itself", "auth/user/get", body(name=user))
    for path in ("add", "get", "delete", "grant", "revoke"):
        own("role " + path, "auth/role/" + path, body(name="writer" if path == "add" else "nobody", role="reader" if path == "get" else "nobody",
                                                      perm=dict(key=K), key=K))
    own("role list", "auth/role/list")
    for path in ("/health", "/livez", "/readyz", "/version"):
        case("%s as %s" % (path, user or "nobody"), path, method="GET", user=user)


def ask(server, path, data, method, headers, stream, user):
    if user:
        headers = dict(headers, Authorization=TOKENS[server, user])
    request = urllib.request.Request("http://" + server + path, data=data.encode() if method in ("POST", "PUT") else None,
                                     method=method, headers=headers)
    try:
        answer = urllib.request.urlopen(request, timeout=4)
    except urllib.error.HTTPError as e:
        answer = e
    except OSError as e:
        return "no answer: " + re.sub(".*timed out.*", "timed out", str(e))
    try:
        text = b"".join(answer.readline() for _ in range(stream)) if stream else answer.read()
    except OSError:
        text = b"(no end)"
    finally:
        answer.close()
    shown = ["Content-Type", "X-Content-Type-Options", "Allow", "Www-Authenticate", "Access-Control-Allow-Origin"]
    heads = " ".join("%s=%s" % (h, answer.headers[h]) for h in shown if answer.headers[h])
    if "verbose" in path:
        text = b"".join(sorted(text.splitlines(True)))  # etcd runs the checks in random order
    return "%d %s\n%s" % (answer.status, heads, masked(text.decode("utf-8", "replace"), path))


NUMBERS = ("cluster_id", "member_id", "raft_term", "dbSize", "dbSizeInUse", "raftIndex", "raftAppliedIndex", "raftTerm", "leader", "hash",
           "hash_revision", "dbSizeQuota", "TTL")


def masked(text, path):
    if path == "/debug/vars":
        return "(facts)"
    text = text.replace("\u00a0", " ")
    lines = []
    for line in text.split("\n"):
        try:
            lines.append(json.dumps(mask(json.loads(line)), sort_keys=True))
        except ValueError:
            lines.append(line)
    text = "\n".join(lines)
    return re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text)


def mask(value, name=""):
    if isinstance(value, dict):
        return {k: mask(v, k) for k, v in value.items()}
    if isinstance(value, list):
        found = [mask(v, name) for v in value]
        return sorted(found) if name == "keys" else found  # etcd lists the keys of a lease in random order
    if name in NUMBERS or (name == "ID" and len(str(value)) > 8) or (name == "lease" and len(str(value)) > 8):
        return "(number)"
    if name == "key" and re.search("/[0-9a-f]{12,}$", base64.b64decode(value).decode("utf-8", "replace")):
        return "(key with the ID of a lease)"
    if name in ("version", "etcdserver", "storageVersion"):
        return "(version)" if "." in str(value) else value
    return value


def families(server):
    """The metric families by name, each with its type, label names and bucket bounds."""
    text = urllib.request.urlopen("http://" + server + "/metrics").read().decode()
    found = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            found[name] = (kind, set(), [])
        elif not line.startswith("#"):
            sample = re.match(r"([a-zA-Z0-9_]+)(?:\{(.*)\})? ", line)
            name = sample.group(1)
            if name not in found:
                name = re.sub("_(bucket|sum|count)$", "", name)
            labels = dict(re.findall(r'([a-zA-Z0-9_]+)="((?:[^"\\]|\\.)*)"', sample.group(2) or ""))
            bound = labels.pop("le", None)
            if bound and bound not in found[name][2]:
                found[name][2].append(bound)
            found[name][1].update([",".join(labels)])
    return found


def compare_metrics(comparison):
    """Compares etcd's own and gRPC's metrics. Some metrics of Go's runtime are meaningless here."""
    theirs, ours = families(ETCD), families(OURS)
    for name, (kind, labels, bounds) in theirs.items():
        if not re.match("etcd_|grpc_|os_|process_|promhttp_", name):
            continue
        our_kind, our_labels, our_bounds = ours.get(name, ("missing", set(), []))
        if labels & our_labels:
            our_labels = labels  # samples of one family can have different labels: one that has the same is enough
        comparison.add("metric " + name, str((kind, labels, bounds)), str((our_kind, our_labels, our_bounds)))


def compare(comparison):
    """Sends the requests of all cases, and compares the responses."""
    for name, *request in CASES:
        theirs = ask(ETCD, *request)
        ours = ask(OURS, *request)
        reason = KNOWN.get(name.split(" as ")[0])
        if ours.startswith("501 ") and not theirs.startswith("501 "):
            reason = "this call is not implemented yet"
        comparison.add(name, theirs, ours, reason)
    CASES.clear()


def main():
    comparison = Comparison("http")
    cases()
    compare(comparison)
    compare_metrics(comparison)
    turn_access_control_on()
    for user in USERS:
        cases_of(user)
    compare(comparison)
    return comparison.finish()


if __name__ == "__main__":
    sys.exit(main())
