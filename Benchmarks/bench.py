"""Measures the release binary against the promises of its start, memory and answers, and against a Python server.

    python3 Benchmarks/bench.py .build/release/envelope [--strict] [--rounds N] [--json FILE]

Everything is measured in one run, the two servers by turns, so that a busy machine slows both alike; each figure is
a median. The client is Python, whose own cost is in every round trip: the same exchange with /bin/cat stands beside
as the floor. Exits with 0 whatever the figures say, with `--strict` with 1 when one falls short, and with 2 when
something could not be measured at all.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from line_peer import Broken, LinePeer

HERE = Path(__file__).resolve().parent
PINGS = 2_000
TRACKS = 1_000
TURNS = 20
IDLE_SECONDS = 0.1


@dataclass
class Figure:
    name: str
    unit: str
    value: float
    python: float
    floor: float | None = None
    at_most: float | None = None
    ratio_at_least: float | None = None

    @property
    def ratio(self):
        return self.python / self.value

    @property
    def passes(self):
        fast = self.at_most is None or self.value <= self.at_most
        return fast and (self.ratio_at_least is None or self.ratio >= self.ratio_at_least)

    @property
    def target(self):
        parts = [f"≤ {self.at_most:g} {self.unit}"] if self.at_most is not None else []
        parts += [f"≥ {self.ratio_at_least:g}×"] if self.ratio_at_least is not None else []
        return ", ".join(parts)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path, help="path of the release binary")
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-bench/bin/python",
                        help="Python with the MCP library; Benchmarks/install.sh makes the default one")
    parser.add_argument("--rounds", type=int, default=15, help="spawns of each server (15 at least)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a figure falls short")
    parser.add_argument("--json", type=Path, help="write the figures into this file as well")
    options = parser.parse_args()
    if options.rounds < 15:
        parser.error("a median of fewer than 15 says little")
    for path in (options.binary, options.python):
        if not os.access(path, os.X_OK):
            print(f"bench: {path} is not there; run make release and Benchmarks/install.sh", file=sys.stderr)
            sys.exit(2)
    try:
        with tempfile.TemporaryDirectory(prefix="envelope-bench-") as folder:
            figures = measure(options, folder)
    except Broken as reason:
        print(f"bench: {reason}", file=sys.stderr)
        sys.exit(2)
    show(figures)
    if options.json:
        rows = [{**asdict(one), "ratio": one.ratio, "passes": one.passes} for one in figures]
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    if options.strict and not all(one.passes for one in figures):
        sys.exit(1)


def measure(options, folder):
    environment = {"PATH": os.environ["PATH"], "HOME": folder, "ENVELOPE_DB": f"{folder}/bench.db"}

    def envelope():
        return LinePeer([str(options.binary.resolve()), "--sandbox"], environment)

    def python():
        # Not resolved: a virtual environment's interpreter is a link, and its own path is what makes it one.
        return LinePeer([str(options.python.absolute()), str(HERE / "echo_server.py")], environment)

    def cat():
        return LinePeer(["/bin/cat"], environment)

    progress(f"start and memory, {options.rounds} rounds")
    starts, memories, after = ({envelope: [], python: []} for _ in range(3))
    floors = []
    for spawn in (envelope, python):
        start(spawn)  # The first start reads the program from disk, which no later one does.
    for _ in range(options.rounds):
        for spawn in (envelope, python):
            milliseconds, idle, used = start(spawn)
            starts[spawn].append(milliseconds)
            memories[spawn].append(idle)
            after[spawn].append(used)
        begin = time.perf_counter()
        with cat() as peer:
            peer.exchange(b"x\n")
            floors.append((time.perf_counter() - begin) * 1_000)

    with envelope() as ours, python() as theirs, cat() as floor:
        ours.open_session()
        theirs.open_session()
        progress(f"ping, {PINGS} round trips")
        pings = round_trips(PINGS, [(ours, "ping", None), (theirs, "ping", None), (floor, "ping", None)])
        send = first_send(ours)
        progress(f"track_send, {TRACKS} round trips")
        track = {"name": "track_send", "arguments": {"id": send}}
        echo = {"name": "echo", "arguments": {"text": send}}
        tracks = round_trips(
            TRACKS, [(ours, "tools/call", track), (theirs, "tools/call", echo), (floor, "tools/call", track)])

    return [
        Figure("spawn → tools/list", "ms", median(starts[envelope]), median(starts[python]), median(floors), 20, 30),
        Figure("resident when idle", "MiB", median(memories[envelope]), median(memories[python]), None, 28),
        Figure("resident after a send", "MiB", median(after[envelope]), median(after[python])),
        Figure("ping", "µs", *pings, 30),
        Figure("track_send (Python: echo)", "µs", *tracks, 300),
    ]


def start(spawn):
    """Milliseconds from spawn to the answered tools/list, MiB resident then, and MiB after the first real call."""
    begin = time.perf_counter()
    with spawn() as peer:
        tools = peer.open_session()
        milliseconds = (time.perf_counter() - begin) * 1_000
        time.sleep(IDLE_SECONDS)
        idle = peer.resident_mebibytes()
        if "send_email" in tools:
            first_send(peer)
        else:
            peer.call("echo", {"text": "x"})
        time.sleep(IDLE_SECONDS)
        return milliseconds, idle, peer.resident_mebibytes()


def first_send(peer):
    """Sends one message into the sandbox and gives its id."""
    result = peer.call("send_email", {
        "to": ["delivered@simulator.test"], "subject": "bench", "text": "A message to track.",
        "allow_duplicate": True})
    send = result.get("structuredContent", {})
    if result.get("isError") or send.get("status") != "sent":
        raise Broken(f"send_email did not send: {json.dumps(result)[:500]}")
    return send["id"]


def round_trips(count, exchanges):
    """Median microseconds of each exchange, taken by turns."""
    times = [[] for _ in exchanges]
    for turn in range(TURNS + 1):
        for taken, (peer, method, parameters) in zip(times, exchanges):
            for _ in range(count // TURNS):
                line = peer.line(method, parameters)
                begin = time.perf_counter_ns()
                peer.exchange(line)
                # The first turn warms all of them up alike.
                if turn:
                    taken.append((time.perf_counter_ns() - begin) / 1_000)
    return [median(taken) for taken in times]


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def show(figures):
    rows = [("figure", "target", "value", "Python", "ratio", "floor", "")]
    for one in figures:
        rows.append((
            one.name, one.target, f"{one.value:.1f} {one.unit}", f"{one.python:.1f} {one.unit}", f"{one.ratio:.1f}×",
            "" if one.floor is None else f"{one.floor:.1f} {one.unit}", "PASS" if one.passes else "short"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
