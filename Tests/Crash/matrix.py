#!/usr/bin/env python3
"""The crash matrix: a process dies by SIGKILL at a named moment, another finishes, and the peer is asked what it took.

Needs a debug build: a release build does not know ENVELOPE_STOP_AT. Exits with 1 when an invariant does not hold or a
moment was not reached.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import re
import signal
import sys
import tempfile
import time

import matrix_page
import moments
import record
from conversation import Drop
from host import Gone, House, freeze
from peer import Peer

LONG = 1 << 20
SEGMENT = 536  # With it both sides hold some 300 KB of it in socket buffers (Linux 6), not all.
PATIENCE = 30


@dataclasses.dataclass
class Row:
    """What came of a case."""

    case: moments.Case
    taken: tuple = ()
    dots: int = 0
    status: str = "-"
    state: str = "-"
    events: tuple = ()
    faults: list = dataclasses.field(default_factory=list)


class Killer:
    """Kills the client when the peer is at the case's moment."""

    def __init__(self, case):
        self.case = case
        self.server = None
        self.transactions = 0
        self.has_killed = False

    def __call__(self, phase, _):
        if phase == "mail":
            self.transactions += 1
        moment = self.case.moment
        is_there = self.transactions == (0 if moment in moments.IN_A_SESSION else self.case.transaction)
        if self.has_killed or self.server is None or not is_there:
            return
        if moment == "replied" and phase == "reply":
            freeze(self.server.pid)  # Else it may read the reply and record it before it dies.
        elif phase == moment or (moment == "dot_lost" and phase == "dot"):
            self.has_killed = True
            self.server.kill()
            if moment == "dot_lost":
                raise Drop


def run(case, binary):
    """One case, in a folder of its own."""
    killer = Killer(case)
    hook = killer if case.by == "peer" else None
    with tempfile.TemporaryDirectory(prefix="envelope-crash-") as folder, \
            Peer(on_phase=hook, segment=SEGMENT if case.is_long else 0, pipelining=case.pipelining) as peer:
        house = House(binary, folder, peer.port)
        row = Row(case)
        held = die(case, house, killer, row)
        if not row.faults:
            finish(case, house, peer, held, row)
        if row.faults and (errors := house.errors()):
            row.faults.append("it said: " + errors.strip().splitlines()[-1][:200])
        return row


def die(case, house, killer, row):
    """Starts a process, gives it the message and sees it die. Gives the ids that its client holds."""
    environment = {"ENVELOPE_STOP_AT": case.stop_at} if case.by == "own" else {}
    server = killer.server = house.start(**environment)
    held = []
    with contextlib.suppress(Gone):
        server.begin()
        if case.variant == "reused":
            held.append(server.call("send_email", to=["ada@peer.test"], subject="before", text="first")["id"])
        body = "a line of a long message\r\n" * (LONG // 26) if case.is_long else "hello"
        held.append(server.call(
            "send_email", to=list(moments.VARIANTS[case.variant].recipients), subject="the one", text=body,
            wait_seconds=PATIENCE)["id"])
        deadline = time.monotonic() + PATIENCE
        while case.variant == "retried" and time.monotonic() < deadline:
            record.make_due(house.database)
            server.call("list_sends", limit=1)
            time.sleep(0.05)
    status = server.ended(PATIENCE if case.by == "own" else 5)
    if status != -signal.SIGKILL or (case.by == "peer" and not killer.has_killed):
        row.faults.append(f"the moment was never reached: the process ended with {status}"
                          if status is not None else "the moment was never reached: the process lives")
    return held


def finish(case, house, peer, held, row):
    """Another process finishes; then everything is compared."""
    row.faults += [] if peer.wait_idle() else ["the dead process's connection stays open"]
    left = one(record.read_copy(house.database))
    if left is None:
        row.faults.append("the record does not have the send that was begun")
        return
    if case.stage is not moments.AFTER and left.passed_gate != (case.stage is moments.DOUBT):
        row.faults.append(f"when it died the gate was {'' if left.passed_gate else 'not '}committed")
    if not record.drained(house, PATIENCE):
        row.faults.append("another process does not finish it")
    peer.wait_idle()
    sends = record.read(house.database)
    send = one(sends)
    row.taken = tuple(peer.taken()[send.message_id, address] for address in send.recipients)
    row.dots = sum(dot.message_id == send.message_id for dot in peer.dots)
    row.status, row.state, row.events = send.status, send.state, tuple(send.events)
    row.faults += record.violations(sends, peer, held) + record.faults_of_file(house.database)
    if send.state != case.expected:
        row.faults.append(f"it is {send.state}, and by the theory {case.expected}")
    if case.variant == "reused" and [s.state for s in sends.values() if s.subject == "before"] != ["accepted"]:
        row.faults.append("the message before it is not accepted")
    row.faults += compare_with_track(house, send)


def one(sends):
    return next((send for send in sends.values() if send.subject == "the one"), None)


def compare_with_track(house, send):
    status, output = house.run("track", send.id)
    try:
        tracked = json.loads(output)
    except ValueError:
        return [f"track ended with {status}: {output[:200]}"]
    if (tracked.get("status"), tracked.get("state")) != (send.status, send.state):
        return [f"track says {tracked.get('status')} {tracked.get('state')}"]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--small", action="store_true", help="the few moments of `make test`")
    parser.add_argument("--markdown", metavar="FILE", help="write the page with the matrix")
    parser.add_argument("--only", metavar="PATTERN", default="", help="cases whose `by/moment/variant` matches")
    parser.add_argument("--at-once", type=int, default=2 * (os.cpu_count() or 1))
    arguments = parser.parse_intermixed_args()
    chosen = [case for case in moments.cases(arguments.small)
              if re.search(arguments.only, f"{case.by}/{case.moment}/{case.variant}")]
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.at_once) as pool:
        rows = list(pool.map(lambda case: run(case, arguments.binary), chosen))
    print(matrix_page.table(rows))
    bad = [row for row in rows if row.faults]
    for row in bad:
        for fault in row.faults:
            print(f"WRONG {row.case.variant}, {row.case.moment} ({row.case.by}): {fault}")
    print(f"crash matrix: {len(rows)} deaths, {len(bad)} wrong, {time.monotonic() - start:.1f} s")
    if not rows:
        sys.exit("crash matrix: no case is chosen")
    if arguments.markdown and not bad:
        with open(arguments.markdown, "w") as page:
            page.write(matrix_page.page(rows))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
