# Starts and stops clusters; for scripts in this directory, which source it. Needs Linux and curl.
#
# The script sets base_port, the first of the ports (two for each member). The members are called m0, m1, and so on.

patience_s=60
pids=
work=$(mktemp -d)
trap 'stop_all; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

client() { echo "127.0.0.1:$((base_port + 2 * $1))"; }
peer_url() { echo "http://127.0.0.1:$((base_port + 2 * $1 + 1))"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }

# start_all PROGRAM MEMBERS DIRECTORY: starts all members at the same time, with their data in DIRECTORY, and waits until all
# are healthy. Afterwards $took is how many milliseconds that took, and $pids are the processes.
start_all() {
  cluster=
  for i in $(seq 0 $(($2 - 1))); do cluster=$cluster${cluster:+,}m$i=$(peer_url "$i"); done
  begun=$(now_ms)
  for i in $(seq 0 $(($2 - 1))); do
    "$1" --name="m$i" --data-dir="$3/m$i" --initial-cluster="$cluster" \
      --listen-client-urls="http://$(client "$i")" --advertise-client-urls="http://$(client "$i")" \
      --listen-peer-urls="$(peer_url "$i")" --initial-advertise-peer-urls="$(peer_url "$i")" >"$3/m$i.log" 2>&1 &
    pids="$pids $!"
  done
  for i in $(seq 0 $(($2 - 1))); do await_health "$i" "$3/m$i.log"; done
  took=$(($(now_ms) - begun))
}

await_health() { # MEMBER LOG
  until curl -sf -m 5 -o "$work/health" "http://$(client "$1")/health"; do
    if [ $(($(now_ms) - begun)) -gt $((patience_s * 1000)) ]; then
      echo "member $1 is not healthy after $patience_s s; its log:" >&2
      tail -n 5 "$2" >&2
      exit 1
    fi
    sleep 0.01
  done
}

stop_all() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  for pid in $pids; do wait "$pid" 2>/dev/null || true; done
  pids=
}
