#!/usr/bin/env bash
# Metastore under the name of ZooKeeper's start script: the same arguments, configuration file, variables, texts and pid file.
#
# ZOOPIDFILE       the pid file; default: zookeeper_server.pid in dataDir
# ZK_SERVER_HEAP   the heap limit in MiB; default: that of bin/metastore
# SERVER_JVMFLAGS, JVMFLAGS, METASTORE_JAVA_OPTS   further options for the JVM
# and the variables of zkEnv.sh

# Follow links to the script.
ZOOBIN="${BASH_SOURCE-$0}"
while [ -L "$ZOOBIN" ]; do
  target=$(readlink "$ZOOBIN")
  case $target in
    /*) ZOOBIN=$target ;;
    *) ZOOBIN=$(dirname "$ZOOBIN")/$target ;;
  esac
done
ZOOBINDIR="$(cd "$(dirname "$ZOOBIN")" && pwd)"
. "$ZOOBINDIR/zkEnv.sh"

if [ -n "${2:-}" ]; then
  case $2 in
    */*) ZOOCFG=$2 ;;
    *) ZOOCFG="$ZOOCFGDIR/$2" ;;
  esac
fi

usage() {
  echo "Usage: $0 [--config <conf-dir>] {start|start-foreground|stop|version|restart|status|print-cmd}" >&2
}

# The value of a key in a configuration file; empty if it is not there.
value_of() {
  sed -n "s/^[[:space:]]*$1[[:space:]]*[=:][[:space:]]*//p" "${2:-$ZOOCFG}" 2>/dev/null | tail -n 1 | sed 's/[[:space:]]*$//'
}

set_options() {
  options="${SERVER_JVMFLAGS:-} ${JVMFLAGS:-}"
  [ -z "${ZK_SERVER_HEAP:-}" ] || options="-Xmx${ZK_SERVER_HEAP}m $options"
  # The server's log lines go to standard error, and so to the .out file; ZooKeeper's log configuration has no effect.
  export METASTORE_JAVA_OPTS="$options ${METASTORE_JAVA_OPTS:-}"
}

find_pid_file() {
  [ -z "${ZOOPIDFILE:-}" ] || return 0
  ZOO_DATADIR=$(value_of dataDir)
  if [ -z "$ZOO_DATADIR" ]; then
    echo "dataDir is not set in $ZOOCFG" >&2
    exit 1
  fi
  ZOOPIDFILE="$ZOO_DATADIR/zookeeper_server.pid"
}

start() {
  echo -n "Starting zookeeper ... "
  if [ -f "$ZOOPIDFILE" ] && kill -0 "$(cat "$ZOOPIDFILE")" >/dev/null 2>&1; then
    echo "already running as process $(cat "$ZOOPIDFILE")."
    exit 1
  fi
  mkdir -p "$(dirname "$ZOOPIDFILE")" "$ZOO_LOG_DIR"
  nohup "$ZOOBINDIR/metastore" zookeeper "$ZOOCFG" >"$out" 2>&1 </dev/null &
  pid=$!
  if ! echo -n "$pid" >"$ZOOPIDFILE"; then
    echo FAILED TO WRITE PID
    exit 1
  fi
  sleep 1
  if kill -0 "$pid" >/dev/null 2>&1; then
    echo STARTED
  else
    echo FAILED TO START
    exit 1
  fi
}

stop() {
  echo -n "Stopping zookeeper ... "
  if [ ! -f "$ZOOPIDFILE" ]; then
    echo "no zookeeper to stop (could not find file $ZOOPIDFILE)"
    return
  fi
  pid=$(cat "$ZOOPIDFILE")
  kill "$pid"
  rm "$ZOOPIDFILE"
  # Until the process has ended, so that the next start finds its ports free.
  for _ in $(seq 100); do
    kill -0 "$pid" >/dev/null 2>&1 || break
    sleep 0.1
  done
  echo STOPPED
}

# The client port in a line such as server.1=host:2888:3888;host:2181
port_of_server() {
  myid=$(cat "$(value_of dataDir)/myid" 2>/dev/null)
  dynamic=$(value_of dynamicConfigFile)
  for file in "$ZOOCFG" $dynamic; do
    value_of "server\.$myid" "$file" | grep ';' | sed 's/.*;//'
  done | tail -n 1
}

status() {
  address=$(value_of clientPortAddress)
  port=$(value_of clientPort)
  if [ -z "$port" ]; then
    echo "Client port not found in static config file. Looking in dynamic config file."
    found=$(port_of_server)
    port=${found##*:}
    [ "$port" = "$found" ] || address=${found%:*}
  fi
  address=${address:-localhost}
  [ "$address" != 0.0.0.0 ] || address=localhost
  if [ -z "$port" ]; then
    echo "Client port not found in the server configs"
    exit 1
  fi
  echo "Client port found: $port. Client address: $address. Client SSL: false."
  mode=$({ exec 8<>"/dev/tcp/$address/$port" && printf srvr >&8 && grep Mode <&8; } 2>/dev/null)
  if [ -z "$mode" ]; then
    echo "Error contacting service. It is probably not running."
    exit 1
  fi
  echo "$mode"
}

[ "${1:-}" = version ] || echo "Using config: $ZOOCFG" >&2
out="$ZOO_LOG_DIR/zookeeper-$(id -un)-server-$(hostname).out"

case ${1:-} in
  start)
    set_options
    find_pid_file
    start
    ;;
  start-foreground)
    set_options
    exec "$ZOOBINDIR/metastore" zookeeper "$ZOOCFG"
    ;;
  print-cmd)
    set_options
    echo "METASTORE_JAVA_OPTS=\"$METASTORE_JAVA_OPTS\" \"$ZOOBINDIR/metastore\" zookeeper \"$ZOOCFG\" > \"$out\" 2>&1 < /dev/null"
    ;;
  stop)
    find_pid_file
    stop
    ;;
  version)
    exec "$ZOOBINDIR/metastore" version
    ;;
  restart)
    set_options
    find_pid_file
    stop
    start
    ;;
  status)
    status
    ;;
  *)
    usage
    exit 1
    ;;
esac
