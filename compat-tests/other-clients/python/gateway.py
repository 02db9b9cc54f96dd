"""Tests a running server with an unmodified Python client of the JSON gateway (etcd3gw)."""

import os
import queue
import sys
import threading
import uuid

import etcd3gw
from etcd3gw.exceptions import Etcd3Exception
from etcd3gw.lock import Lock

HOST, PORT = os.environ["ENDPOINT"].rsplit(":", 1)
PREFIX = "gw-%s/" % uuid.uuid4()
client = etcd3gw.client(host=HOST, port=int(PORT), timeout=20, api_path="/v3/")


def put_is_read_back():
    client.put(PREFIX + "a", "1")
    [(value, meta)] = client.get(PREFIX + "a", metadata=True)
    assert value == b"1", value
    assert meta["version"] == "1", meta


def missing_key_is_nothing():
    assert client.get(PREFIX + "missing") == []


def prefix_is_in_order():
    for key in "cab":
        client.put(PREFIX + "order/" + key, key)
    found = client.get_prefix(PREFIX + "order/", sort_order="descend", sort_target="key")
    assert [value for value, _ in found] == [b"c", b"b", b"a"], found


def compare_and_swap_swaps_once():
    assert client.create(PREFIX + "swap", "old")
    assert not client.create(PREFIX + "swap", "again")
    assert client.replace(PREFIX + "swap", "old", "new")
    assert not client.replace(PREFIX + "swap", "old", "newer")
    assert client.get(PREFIX + "swap") == [b"new"]


def delete_tells_whether_it_was_there():
    client.put(PREFIX + "gone", "x")
    assert client.delete(PREFIX + "gone")
    assert not client.delete(PREFIX + "gone")


def watch_sees_put_and_delete():
    events, cancel = client.watch(PREFIX + "watched")
    seen = queue.Queue()
    threading.Thread(target=lambda: [seen.put(event) for event in events], daemon=True).start()
    client.put(PREFIX + "watched", "w")
    client.delete(PREFIX + "watched")
    assert seen.get(timeout=20)["kv"]["value"] == b"w"
    assert seen.get(timeout=20)["type"] == "DELETE"
    cancel()


def lease_takes_its_key():
    lease = client.lease(ttl=600)
    client.put(PREFIX + "leased", "x", lease=lease)
    assert lease.keys() == [(PREFIX + "leased").encode()], lease.keys()
    assert 0 < lease.ttl() <= 600
    assert lease.refresh() == 600
    assert lease.revoke()
    assert client.get(PREFIX + "leased") == []


def lock_has_one_holder():
    lock, other = Lock(PREFIX + "lock", ttl=600, client=client), Lock(PREFIX + "lock", ttl=600, client=client)
    assert lock.acquire()
    assert not other.acquire()
    assert lock.release()
    assert other.acquire()
    assert other.release()


def status_and_members_are_told():
    assert client.status()["version"].startswith("3.")
    assert all(member["clientURLs"] for member in client.members())


def errors_are_told():
    try:
        client.put("", "x")
    except Etcd3Exception as e:
        assert "key is not provided" in str(e.detail_text), e.detail_text
    else:
        raise AssertionError("was not refused")


CHECKS = [
    put_is_read_back,
    missing_key_is_nothing,
    prefix_is_in_order,
    compare_and_swap_swaps_once,
    delete_tells_whether_it_was_there,
    watch_sees_put_and_delete,
    lease_takes_its_key,
    lock_has_one_holder,
    status_and_members_are_told,
    errors_are_told,
]

failures = 0
for check in CHECKS:
    try:
        check()
    except Exception as e:  # the checks are independent of each other
        failures += 1
        print("FAILED %s: %r" % (check.__name__, e))
print("python gateway: %d checks, %d failures" % (len(CHECKS), failures))
sys.stdout.flush()
os._exit(1 if failures else 0)
