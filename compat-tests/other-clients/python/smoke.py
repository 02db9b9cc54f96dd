"""Tests a running server with an unmodified Python client (etcd3)."""

import os
import sys
import uuid

import etcd3

HOST, PORT = os.environ["ENDPOINT"].rsplit(":", 1)
PREFIX = "py-%s/" % uuid.uuid4()
client = etcd3.client(host=HOST, port=int(PORT), timeout=20)


def put_is_read_back():
    client.put(PREFIX + "a", "1")
    value, meta = client.get(PREFIX + "a")
    assert value == b"1", value
    assert meta.version == 1, meta.version


def missing_key_is_none():
    assert client.get(PREFIX + "missing") == (None, None)


def prefix_is_in_order():
    for key in "cab":
        client.put(PREFIX + "order/" + key, key)
    assert [value for value, _ in client.get_prefix(PREFIX + "order/")] == [b"a", b"b", b"c"]


def prefix_is_sorted_downwards():
    found = client.get_prefix(PREFIX + "order/", sort_order="descend")
    assert [value for value, _ in found] == [b"c", b"b", b"a"]


def replace_compares():
    client.put(PREFIX + "swap", "old")
    assert client.replace(PREFIX + "swap", "old", "new")
    assert not client.replace(PREFIX + "swap", "old", "newer")
    assert client.get(PREFIX + "swap")[0] == b"new"


def put_if_not_exists_puts_once():
    assert client.put_if_not_exists(PREFIX + "once", "1")
    assert not client.put_if_not_exists(PREFIX + "once", "2")


def transaction_runs_its_branch():
    client.put(PREFIX + "txn", "1")
    succeeded, answers = client.transaction(
        compare=[client.transactions.value(PREFIX + "txn") == "1"],
        success=[client.transactions.put(PREFIX + "txn", "2"), client.transactions.get(PREFIX + "txn")],
        failure=[client.transactions.delete(PREFIX + "txn")],
    )
    assert succeeded
    assert answers[1][0][0] == b"2", answers


def delete_tells_whether_it_was_there():
    client.put(PREFIX + "del", "1")
    assert client.delete(PREFIX + "del")
    assert not client.delete(PREFIX + "del")


def watch_sees_put_and_delete():
    events, cancel = client.watch(PREFIX + "watched")
    client.put(PREFIX + "watched", "1")
    client.delete(PREFIX + "watched")
    first, second = next(events), next(events)
    cancel()
    assert isinstance(first, etcd3.events.PutEvent) and first.value == b"1", first
    assert isinstance(second, etcd3.events.DeleteEvent), second


def lease_takes_its_key():
    lease = client.lease(600)
    client.put(PREFIX + "leased", "1", lease)
    assert lease.granted_ttl == 600, lease.granted_ttl
    assert lease.keys == [(PREFIX + "leased").encode()], lease.keys
    lease.refresh()
    lease.revoke()
    assert client.get(PREFIX + "leased") == (None, None)


def lock_has_one_holder():
    first = client.lock(PREFIX + "lock", ttl=60)
    second = client.lock(PREFIX + "lock", ttl=60)
    assert first.acquire(timeout=10)
    assert not second.acquire(timeout=1)
    assert first.release()
    assert second.acquire(timeout=10)
    second.release()


def status_names_a_leader():
    assert client.status().leader is not None


def members_are_listed():
    assert any(member.client_urls for member in client.members)


CHECKS = [
    put_is_read_back,
    missing_key_is_none,
    prefix_is_in_order,
    prefix_is_sorted_downwards,
    replace_compares,
    put_if_not_exists_puts_once,
    transaction_runs_its_branch,
    delete_tells_whether_it_was_there,
    watch_sees_put_and_delete,
    lease_takes_its_key,
    lock_has_one_holder,
    status_names_a_leader,
    members_are_listed,
]

failures = 0
for check in CHECKS:
    try:
        check()
    except Exception as e:  # the checks are independent of each other
        failures += 1
        print("FAILED %s: %r" % (check.__name__, e))
print("python: %d checks, %d failures" % (len(CHECKS), failures))
# Otherwise the client's watch thread would keep the process alive.
sys.stdout.flush()
os._exit(1 if failures else 0)
