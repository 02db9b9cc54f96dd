#!/usr/bin/env bash
# Finds ZooKeeper's configuration directory, as ZooKeeper's script of this name does. To be sourced by a script that has set
# ZOOBINDIR.
#
# ZOOCFGDIR      the directory of zoo.cfg; default: ../conf or ../etc/zookeeper beside bin, or /etc/zookeeper
# ZOOCFG         the name of the configuration file; default: zoo.cfg
# ZOO_LOG_DIR    the directory of the server's output; default: ../logs beside bin

ZOOBINDIR="${ZOOBINDIR:-/usr/bin}"
ZOOKEEPER_PREFIX="${ZOOBINDIR}/.."

if [ $# -gt 1 ] && [ "--config" = "$1" ]; then
  shift
  confdir=$1
  shift
  ZOOCFGDIR=$confdir
fi

if [ -z "${ZOOCFGDIR:-}" ]; then
  if [ -e "${ZOOKEEPER_PREFIX}/conf" ]; then
    ZOOCFGDIR="$ZOOBINDIR/../conf"
  elif [ -e "${ZOOKEEPER_PREFIX}/etc/zookeeper" ]; then
    ZOOCFGDIR="$ZOOBINDIR/../etc/zookeeper"
  else
    ZOOCFGDIR=/etc/zookeeper
  fi
fi

if [ -f "${ZOOCFGDIR}/zookeeper-env.sh" ]; then
  . "${ZOOCFGDIR}/zookeeper-env.sh"
fi

ZOOCFG="${ZOOCFG:-zoo.cfg}"
ZOOCFG="$ZOOCFGDIR/$ZOOCFG"

if [ -f "$ZOOCFGDIR/java.env" ]; then
  . "$ZOOCFGDIR/java.env"
fi

ZOO_LOG_DIR="${ZOO_LOG_DIR:-$ZOOKEEPER_PREFIX/logs}"
