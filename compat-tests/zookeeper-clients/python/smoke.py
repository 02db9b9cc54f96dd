"""kazoo against a ZooKeeper server: nodes, watches, transactions, ephemerals, recipes. Exits with 1 if something differs.

usage: smoke.py HOST:PORT
"""

import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError, NoNodeError, NotEmptyError
from kazoo.security import make_digest_acl

hosts = sys.argv[1]


def client():
    started = KazooClient(hosts=hosts, timeout=10)
    started.start(timeout=30)
    return started


def refused(error, call, *arguments, **options):
    try:
        call(*arguments, **options)
    except error:
        return
    raise AssertionError("%s did not raise %s" % (call, error))


zk = client()
zk.add_auth("digest", "user:secret")
other = client()
root = "/kazoo"
if zk.exists(root):
    zk.delete(root, recursive=True)

# Nodes.
zk.create(root, b"root")
refused(NodeExistsError, zk.create, root, b"")
zk.create(root + "/a/b", b"1", makepath=True)
data, stat = zk.get(root + "/a/b")
assert data == b"1" and stat.version == 0 and stat.owner_session_id is None
stat = zk.set(root + "/a/b", b"2", version=0)
assert stat.version == 1
refused(BadVersionError, zk.set, root + "/a/b", b"3", version=0)
refused(NotEmptyError, zk.delete, root + "/a")
refused(NoNodeError, zk.get, root + "/nothing")
assert sorted(zk.get_children(root)) == ["a"]
assert zk.create(root + "/n-", sequence=True) == root + "/n-0000000001"

# Access lists.
zk.create(root + "/private", b"x", acl=[make_digest_acl("user", "secret", all=True)])
try:
    other.get(root + "/private")
    raise AssertionError("read without permission")
except Exception as e:
    assert type(e).__name__ == "NoAuthError", e
other.add_auth("digest", "user:secret")
assert other.get(root + "/private")[0] == b"x"

# Watches.
seen = []
changed = threading.Condition()


@other.DataWatch(root + "/watched")
def watch(value, stat):
    with changed:
        seen.append(value)
        changed.notify_all()


zk.create(root + "/watched", b"one")
zk.set(root + "/watched", b"two")
with changed:
    assert changed.wait_for(lambda: seen and seen[-1] == b"two", 20), seen

# Transactions.
transaction = zk.transaction()
transaction.create(root + "/t", b"")
transaction.create(root + "/t/u", b"")
transaction.check(root + "/a/b", version=1)
transaction.set_data(root + "/t", b"3")
assert transaction.commit()[:2] == [root + "/t", root + "/t/u"]
transaction = zk.transaction()
transaction.create(root + "/never", b"")
transaction.check(root + "/a/b", version=9)
results = transaction.commit()
assert type(results[1]).__name__ == "BadVersionError" and not zk.exists(root + "/never"), results

# Ephemerals end with their session.
temporary = client()
temporary.create(root + "/mine", b"", ephemeral=True)
assert other.exists(root + "/mine").owner_session_id == temporary.client_id[0]
temporary.stop()
temporary.close()
# kazoo does not wait for the reply to its last request.
deadline = time.monotonic() + 20
while zk.exists(root + "/mine"):
    assert time.monotonic() < deadline
    time.sleep(0.01)

# Recipes.
lock = zk.Lock(root + "/lock", "one")
rival = other.Lock(root + "/lock", "two")
assert lock.acquire(timeout=10) and not rival.acquire(blocking=False)
lock.release()
assert rival.acquire(timeout=10)
rival.release()
counter = zk.Counter(root + "/counter")
counter += 2
counter -= 1
assert other.Counter(root + "/counter").value == 1
queue = zk.Queue(root + "/queue")
queue.put(b"first")
queue.put(b"second")
assert [other.Queue(root + "/queue").get(), other.Queue(root + "/queue").get()] == [b"first", b"second"]
with zk.Semaphore(root + "/semaphore", max_leases=1):
    assert not other.Semaphore(root + "/semaphore", max_leases=1).acquire(blocking=False)
assert zk.server_version()[:2] == (3, 9), zk.server_version()

zk.delete(root, recursive=True)
for each in (zk, other):
    each.stop()
    each.close()
print("kazoo: ok")
