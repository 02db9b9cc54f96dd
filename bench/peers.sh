#!/bin/sh
# Fetches the etcd servers to compare with into a directory (default: bench/target/peers) and prints
# one line NAME=PATH for each, in the form that `bench/run compare --server` takes.
#
#   etcd-3.4     from the packages of a Debian-like system, unpacked without installing them
#   etcd-newest  the newest release of the Go module go.etcd.io/etcd/server/v3, built here
#
# Existing programs are kept. Without apt-get or go, the respective server is skipped with a message.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
directory=${1:-"$here/target/peers"}
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)

debian() {
  packages="$directory/packages"
  mkdir -p "$packages"
  (
    cd "$packages"
    # The first attempt fails if there are no package lists yet; only root can fetch them.
    apt-get -qq download etcd-server etcd-client 2>/dev/null ||
      { apt-get -qq update && apt-get -qq download etcd-server etcd-client; }
    for package in *.deb; do
      dpkg-deb -x "$package" unpacked
    done
  ) >&2
  for program in etcd etcdctl; do
    cp "$packages/unpacked/usr/bin/$program" "$directory/$program-3.4"
  done
  rm -r "$packages"
}

newest() {
  module="$directory/module"
  mkdir -p "$module"
  (
    cd "$module"
    [ -e go.mod ] || go mod init peers
    # A file that imports the programs, so that go.mod keeps their dependencies.
    printf '//go:build tools\n\npackage peers\n\nimport (\n' >tools.go
    for program in server etcdctl etcdutl; do
      printf '\t_ "go.etcd.io/etcd/%s/v3"\n' "$program" >>tools.go
    done
    printf ')\n' >>tools.go
    go get go.etcd.io/etcd/server/v3@latest go.etcd.io/etcd/etcdctl/v3@latest \
      go.etcd.io/etcd/etcdutl/v3@latest
    go build -o "$directory/etcd-newest" go.etcd.io/etcd/server/v3
    go build -o "$directory/etcdctl-newest" go.etcd.io/etcd/etcdctl/v3
    go build -o "$directory/etcdutl-newest" go.etcd.io/etcd/etcdutl/v3
  ) >&2
}

if [ ! -x "$directory/etcdctl-3.4" ]; then
  if command -v apt-get >/dev/null; then debian; else echo "apt-get is missing: skipping etcd 3.4" >&2; fi
fi
if [ ! -x "$directory/etcdutl-newest" ]; then
  if command -v go >/dev/null; then newest; else echo "go is missing: skipping the newest etcd" >&2; fi
fi

for name in etcd-3.4 etcdctl-3.4 etcd-newest etcdctl-newest etcdutl-newest; do
  if [ -x "$directory/$name" ]; then
    echo "$name=$directory/$name"
  fi
done
