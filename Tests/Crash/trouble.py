#!/usr/bin/env python3
"""Troubles of a real machine, each made with real parts: a full disk, a read-only database, a foreign lock, a clock
that jumps, a process that is stopped, a server that is busy, a long queue.

Says "not run" and why where this machine cannot make a trouble. Exits with 1 when something was lost, doubled or told
wrongly.
"""

import argparse
import sys
import time
import traceback

import trouble_disk
import trouble_load
import trouble_time
from ground import NotRun

ALL = [trouble_disk.full_disk, trouble_disk.full_disk_killed, trouble_disk.read_only_user,
       trouble_disk.read_only_mount, trouble_disk.locked, trouble_time.clock_jumps, trouble_time.clock_blinks,
       trouble_time.stopped_before_gate, trouble_time.stopped_behind_gate, trouble_load.busy_server,
       trouble_load.long_queue]


def main():
    names = [one.__name__ for one in ALL]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="names: " + " ".join(names))
    parser.add_argument("binary")
    parser.add_argument("names", nargs="*", metavar="name", help="these only")
    parser.add_argument("--small", action="store_true", help="shorter and fewer")
    parser.add_argument("--install", action="store_true", help="install libfaketime with apt-get first, as root")
    arguments = parser.parse_intermixed_args()
    if unknown := set(arguments.names) - set(names):
        parser.error(f"no such trouble: {' '.join(sorted(unknown))}; there are {' '.join(names)}")
    if arguments.install:
        trouble_time.install()
    bad = sum(run(one, arguments) for one in ALL if not arguments.names or one.__name__ in arguments.names)
    sys.exit(1 if bad else 0)


def run(one, arguments):
    """Runs one and prints what came of it; true when it went wrong."""
    start = time.monotonic()
    try:
        here = one(arguments.binary, arguments.small)
        faults, facts = here.faults, "; ".join(here.facts)
    except NotRun as reason:
        print(f"not run  {one.__name__}: {reason}", flush=True)
        return False
    except Exception:
        faults, facts = [traceback.format_exc()], "it broke off"
    word = "WRONG" if faults else "ok"
    print(f"{word:8} {one.__name__}: {facts}, {time.monotonic() - start:.0f} s", flush=True)
    for fault in faults[:20]:
        print(f"         {fault}", flush=True)
    return bool(faults)


if __name__ == "__main__":
    main()
