#!/usr/bin/env python3
"""Compares the outputs of two runs of a list of commands, command by command.

    differences.py LIST ETCD OURS     LIST.known names the commands that may differ; the other two are files with the outputs

Each line of LIST.known is: a version of etcd such as 3.4, a command as in LIST, the reason; separated by tabs. Lines that
begin with # are comments. The version that counts is that of ETCD_COMPAT_VERSION.
"""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from comparison import Comparison  # noqa: E402

VERSION = ".".join(os.environ.get("ETCD_COMPAT_VERSION", "newest").split(".")[:2])


def reasons(path):
    if not path.exists():
        return {}
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {command: reason for version, command, reason in (line.split("\t") for line in lines) if version == VERSION}


def commands(path):
    """The commands of a run with their outputs, in order."""
    found = []
    for line in pathlib.Path(path).read_text(errors="replace").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(output)) for command, output in found]


listed = pathlib.Path(sys.argv[1])
comparison = Comparison("etcdctl " + listed.stem)
known = reasons(listed.with_suffix(".known"))
for (command, etcds), (_, ours) in zip(commands(sys.argv[2]), commands(sys.argv[3]), strict=True):
    comparison.add(command, etcds, ours, known.get(command))
sys.exit(comparison.finish())
