"""Runs PostgreSQL under Patroni with a cluster of three members as its store.

    failover.py SERVER    the server's program, which takes etcd's flags

Needs root, because PostgreSQL must run as another user, and Debian's packages patroni and postgresql. Three PostgreSQL
servers form a cluster; rows are inserted all the time through whichever is the primary. Then the primary is killed, the
killed one comes back as a replica, the store's leader is killed, and the primary is switched by hand. No row that was
acknowledged may be lost, and the loss of the store's leader must not change the primary.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

MEMBERS = 3
PATIENCE_SECONDS = 150
PASSWORD = "only-for-this-test"
BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def say(text):
    print(time.strftime("%H:%M:%S"), text, flush=True)


def until(what, question):
    """Polls until the answer is true, and returns it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = question()
            if answer:
                return answer
        except (OSError, urllib.error.URLError, subprocess.SubprocessError):
            pass
        time.sleep(0.2)
    raise AssertionError("not within %d s: %s" % (PATIENCE_SECONDS, what))


class Process:
    """A process in a group of its own, so that a kill also ends its children."""

    def __init__(self, command, log, **options):
        self.log = open(log, "ab")
        self.command = command
        self.options = options
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True, **self.options
        )

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Store:
    def __init__(self, program, directory):
        self.clients = [free_port() for _ in range(MEMBERS)]
        peers = [free_port() for _ in range(MEMBERS)]
        cluster = ",".join("m%d=http://127.0.0.1:%d" % pair for pair in enumerate(peers))
        self.members = [
            Process(
                [
                    program,
                    "--name=m%d" % i,
                    "--data-dir=%s/m%d" % (directory, i),
                    "--listen-client-urls=http://127.0.0.1:%d" % self.clients[i],
                    "--advertise-client-urls=http://127.0.0.1:%d" % self.clients[i],
                    "--listen-peer-urls=http://127.0.0.1:%d" % peers[i],
                    "--initial-advertise-peer-urls=http://127.0.0.1:%d" % peers[i],
                    "--initial-cluster=" + cluster,
                ],
                "%s/m%d.log" % (directory, i),
            )
            for i in range(MEMBERS)
        ]
        for port in self.clients:
            until("the store serves on %d" % port, lambda: self.ask(port, "/health") == {"health": "true", "reason": ""})

    def ask(self, port, path, body=None):
        request = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), body)
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.load(reply)

    def leader(self):
        for i, port in enumerate(self.clients):
            status = self.ask(port, "/v3/maintenance/status", b"{}")
            if status["leader"] == status["header"]["member_id"]:
                return i
        return None

    def kill_leader(self):
        leader = until("the store has a leader", lambda: [i for i in [self.leader()] if i is not None])[0]
        self.members[leader].kill()
        return leader


class Postgres:
    """One PostgreSQL server and its Patroni."""

    def __init__(self, name, store, directory):
        self.name = name
        self.rest = free_port()
        self.port = free_port()
        self.data = "%s/%s" % (directory, name)
        self.config = "%s/%s.yml" % (directory, name)
        with open(self.config, "w") as out:
            json.dump(self.settings(store, directory), out)  # JSON is YAML
        self.process = Process(
            ["runuser", "-u", "postgres", "--", shutil.which("patroni"), self.config],
            "%s/%s.log" % (directory, name),
            cwd=directory,
        )

    def settings(self, store, directory):
        user = {"username": "postgres", "password": PASSWORD}
        return {
            "scope": "demo",
            "name": self.name,
            "restapi": {"listen": "127.0.0.1:%d" % self.rest, "connect_address": "127.0.0.1:%d" % self.rest},
            "etcd3": {"hosts": ["127.0.0.1:%d" % port for port in store.clients]},
            "bootstrap": {
                "dcs": {
                    "ttl": 20,
                    "loop_wait": 2,
                    "retry_timeout": 5,
                    "postgresql": {
                        "use_pg_rewind": True,
                        "parameters": {"shared_buffers": "16MB", "max_connections": 20, "fsync": False},
                    },
                    # A row is acknowledged when a replica has it, and only such a replica becomes the primary.
                    "synchronous_mode": True,
                },
                "initdb": [{"encoding": "UTF8"}, "data-checksums"],
                "pg_hba": ["host all all 127.0.0.1/32 md5", "host replication all 127.0.0.1/32 md5"],
            },
            "postgresql": {
                "listen": "127.0.0.1:%d" % self.port,
                "connect_address": "127.0.0.1:%d" % self.port,
                "data_dir": self.data,
                "bin_dir": BIN,
                "pgpass": "%s/%s.pgpass" % (directory, self.name),
                "parameters": {"unix_socket_directories": directory},
                "authentication": {"superuser": user, "replication": {"username": "replicator", "password": PASSWORD}},
            },
        }

    def status(self):
        """Patroni's answer; it answers with 503 as long as PostgreSQL is not up."""
        with urllib.request.urlopen("http://127.0.0.1:%d/patroni" % self.rest, timeout=5) as reply:
            return json.load(reply)

    def is_primary(self):
        try:
            return self.status()["role"] in ("master", "primary")
        except (OSError, urllib.error.URLError):
            return False

    def replicates(self):
        status = self.status()
        return status["role"] == "replica" and status["state"] in ("running", "streaming")

    def sql(self, text):
        done = subprocess.run(
            [BIN + "/psql", "-XqAt", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", text, "postgres"],
            env={"PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "3"},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        return done.stdout.split()

    def kill(self):
        """Kills Patroni and PostgreSQL, which has made itself the leader of another group."""
        with open(self.data + "/postmaster.pid") as file:
            postmaster = int(file.readline())
        self.process.kill()
        os.kill(postmaster, signal.SIGKILL)


class Writer(threading.Thread):
    """Inserts the numbers 1, 2, 3 and so on through the primary, and remembers which were acknowledged."""

    def __init__(self, databases):
        super().__init__(daemon=True)
        self.databases = databases
        self.acknowledged = []
        self.ends = False

    def run(self):
        number = 0
        while not self.ends:
            number += 1
            for database in self.databases:
                try:
                    if database.is_primary():
                        database.sql("INSERT INTO rows VALUES (%d)" % number)
                        self.acknowledged.append(number)
                        break
                except (OSError, subprocess.SubprocessError):
                    continue
            time.sleep(0.05)

    def await_progress(self, what):
        seen = len(self.acknowledged)
        until("rows are inserted " + what, lambda: len(self.acknowledged) > seen + 3)


def primary(databases):
    found = [database for database in databases if database.is_primary()]
    assert len(found) <= 1, "two primaries: %s" % [database.name for database in found]
    return found[0] if found else None


def replicas_follow(databases):
    for database in databases:
        if not database.is_primary():
            until(database.name + " is a replica", database.replicates)
    until("one replica is synchronous", lambda: primary(databases).sql(
        "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))


def run(store, databases, directory):
    first = until("PostgreSQL has a primary", lambda: primary(databases))
    replicas_follow(databases)
    first.sql("CREATE TABLE rows (number INTEGER)")
    writer = Writer(databases)
    writer.start()
    writer.await_progress("at the beginning")
    say("%s is the primary" % first.name)

    started = time.monotonic()
    first.kill()
    second = until("another primary", lambda: [d for d in [primary(databases)] if d not in (None, first)])[0]
    writer.await_progress("after the primary was killed")
    say("killed it; %s is the primary after %.1f s" % (second.name, time.monotonic() - started))

    first.process.start()
    replicas_follow(databases)
    say("%s is a replica" % first.name)

    for _ in range(2):
        leader = store.kill_leader()
        writer.await_progress("after the store's leader was killed")
        time.sleep(6)  # Three rounds of Patroni's loop, in each of which it could give up being the primary.
        assert primary(databases) is second, "the primary has changed"
        writer.await_progress("with two members of the store")
        store.members[leader].start()
        until("the killed member serves again", lambda: store.ask(store.clients[leader], "/health"))
        say("killed the store's leader m%d; %s remained the primary" % (leader, second.name))

    replicas_follow(databases)
    third = next(database for database in databases if database.status().get("sync_standby"))
    subprocess.run(
        ["patronictl", "-c", second.config, "switchover", "demo", "--master", second.name, "--candidate", third.name, "--force"],
        check=True,
        cwd=directory,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
    )
    until("the switch is done", lambda: primary(databases) is third)
    writer.await_progress("after the switch")
    say("switched to %s" % third.name)

    writer.ends = True
    writer.join()
    found = {int(number) for number in primary(databases).sql("SELECT number FROM rows")}
    lost = [number for number in writer.acknowledged if number not in found]
    assert not lost, "lost rows: %s" % lost
    say("all %d acknowledged rows are there" % len(writer.acknowledged))


def main(program):
    directory = tempfile.mkdtemp(prefix="patroni-")
    os.chmod(directory, 0o755)
    shutil.chown(directory, "postgres", "postgres")
    store = None
    databases = []
    done = False
    try:
        store = Store(program, directory)
        databases = [Postgres("pg%d" % i, store, directory) for i in range(MEMBERS)]
        run(store, databases, directory)
        done = True
    finally:
        for database in databases:
            try:
                database.kill()
            except OSError:
                database.process.kill()
        for member in store.members if store else []:
            member.kill()
        if done:
            shutil.rmtree(directory)
        else:
            print("logs: " + directory, file=sys.stderr)


main(os.path.abspath(sys.argv[1]))
