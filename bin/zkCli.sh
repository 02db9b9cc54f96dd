#!/usr/bin/env bash
# Runs ZooKeeper's own command line against a server. It is part of ZooKeeper and not included here.
#
# ZOOKEEPER_HOME   the directory of an unpacked ZooKeeper, whose lib directory contains the jars
# CLASSPATH        or the jars themselves: zookeeper, zookeeper-jute, slf4j-api, commons-cli, jline and netty

if [ -n "${ZOOKEEPER_HOME:-}" ]; then
  CLASSPATH="$ZOOKEEPER_HOME/lib/*:$ZOOKEEPER_HOME/*${CLASSPATH:+:$CLASSPATH}"
fi
if [ -z "${CLASSPATH:-}" ]; then
  cat >&2 <<'HELP'
zkCli.sh is ZooKeeper's own command line, which is not part of Metastore. Either
  - set ZOOKEEPER_HOME to the directory of an unpacked ZooKeeper (https://zookeeper.apache.org/releases.html), or
  - set CLASSPATH to the jars of ZooKeeper's client.
HELP
  exit 1
fi
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
# shellcheck disable=SC2086 # the options are words
exec "$java" ${CLIENT_JVMFLAGS:-} ${JVMFLAGS:-} -cp "$CLASSPATH" org.apache.zookeeper.ZooKeeperMain "$@"
