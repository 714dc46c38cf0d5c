"""Measures the durable queue of the release binary against the promises of its speed.

    python3 Benchmarks/queue_bench.py .build/release/envelope [--only accept,settled,latency,drain,list] [--quick]

Everything is measured in one run against baselines of the same run, by turns; each figure is a median. The database
lies in a folder under --folder, which has to be on a real disk. Exits with 0 whatever the figures say, with `--strict`
with 1 when one falls short, and with 2 when nothing could be measured at all. A figure that this machine or this
binary cannot give says so in its row.

(Not queue.py: a module of that name would stand before Python's own.)
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

import draining
import latency
import listing
import sink
import throughput
from envelope_server import Program, Server
from figures import progress, show
from line_peer import Broken

# A round takes about this long at most, and is worth at least so many sends.
ROUND_SECONDS = 2
FEWEST = 200
PARTS = ("accept", "settled", "latency", "drain", "list")


class Run:
    """What the parts share: the binary, the folder, how often, and how much."""

    def __init__(self, options, folder):
        self.program = Program(options.binary)
        self.folder = folder
        self.rounds = options.rounds
        self.quick = options.quick
        self.sink = sink.build(folder)
        self.kept = 0
        self.rates = {}

    def count(self, number):
        return number // 4 if self.quick else number

    def sized(self, name, number):
        """How many of these to measure now: so many, or fewer where the rounds before were slow."""
        number = self.count(number)
        return min(number, max(FEWEST, int(self.rates[name] * ROUND_SECONDS))) if name in self.rates else number // 4

    def went(self, name, count, seconds):
        """Keeps the rate of a round for the size of the next, and gives it."""
        self.rates[name] = count / seconds
        return self.rates[name]

    def fresh(self, name, keep=False):
        """The path of a database that is not there yet; the one of that name before it goes, unless it is kept."""
        if keep:
            self.kept += 1
            name = f"{name}-{self.kept}"
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder / "bench.db"

    def serve(self, sink, connections=16, keep=False, database=None):
        database = database or self.fresh("serve", keep)
        server = self.program.serve(self.folder, database, sink, connections)
        server.database = database
        return server

    def lines_of(self, command):
        return Server(command, {"PATH": os.environ["PATH"]})


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path, help="path of the release binary")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to measure, of {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each figure (5 at least)")
    parser.add_argument("--quick", action="store_true", help="less of everything, and shorter queues and records")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a folder on a real disk")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a figure falls short")
    parser.add_argument("--json", type=Path, help="write the figures into this file as well")
    options = parser.parse_args()
    parts = [part for part in options.only.split(",") if part]
    if not parts or set(parts) - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    if options.rounds < 5:
        parser.error("a median of fewer than 5 says little")
    if not os.access(options.binary, os.X_OK):
        print(f"queue: {options.binary} is not there; run make release", file=sys.stderr)
        sys.exit(2)
    begin = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="envelope-bench-", dir=options.folder) as folder:
            figures = measure(Run(options, Path(folder)), parts)
    except Broken as reason:
        print(f"queue: {reason}", file=sys.stderr)
        sys.exit(2)
    progress(f"took {time.monotonic() - begin:.0f} s")
    show(figures)
    if options.json:
        options.json.write_text(json.dumps([one.record() for one in figures], indent=2, ensure_ascii=False) + "\n")
    if options.strict and not all(one.passes for one in figures if one.is_judged or one.not_measured):
        sys.exit(1)


def measure(run, parts):
    progress(f"{os.cpu_count()} cores, {platform.machine()}, {file_system(run.folder)} under {run.folder.parent}")
    figures = []
    shared = [part for part in parts if part in ("accept", "settled")]
    if shared:
        figures += throughput.measure(run, shared)
    for part, module in (("latency", latency), ("drain", draining), ("list", listing)):
        if part in parts:
            figures += module.measure(run)
    return figures


def file_system(folder):
    """The kind of file system that holds the folder."""
    best = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split()
        if folder.is_relative_to(place) and len(place) >= len(best[0]):
            best = (place, kind)
    if best[1] in ("tmpfs", "ramfs"):
        progress(f"{folder.parent} is no disk: figures of durable writes mean nothing there; choose another --folder")
    return best[1]


if __name__ == "__main__":
    main()
