"""Sending to a distant server: what a delay before every reply leaves of the speed, with pipelining and without.

Over one connection a message costs the waits that SMTP makes it wait, and so many connections send as many messages
in that time: `connections ÷ (waits × delay)`. With pipelining (RFC 2920) the waits are two: MAIL, RCPT and DATA go
out in one piece, and the final dot is answered. Without it they are four. Opening the connections comes on top.
"""

import time

from envelope_server import sends_of, wait_until_settled
from figures import against, progress
from line_peer import Broken
from sink import Sink

CONNECTIONS = 64
DELAY_MILLISECONDS = 4
# As long as the sink's delays alone would take for all messages of a round.
IDEAL_SECONDS = 1.0


def measure(run):
    rows = []
    for pipelining in (True, False):
        words = "pipelining" if pipelining else "no pipelining"
        queued, fresh, notes, reasons, ideal = [], [], [], {}, 0
        for number in range(run.rounds):
            progress(f"latency, {words}, round {number + 1} of {run.rounds}")
            for values, is_queued in ((queued, True), (fresh, False)):
                if is_queued in reasons:
                    continue
                with Sink(run.sink, run.folder, DELAY_MILLISECONDS, pipelining) as sink:
                    ideal = CONNECTIONS * 1_000 / (sink.waits_per_message * DELAY_MILLISECONDS)
                    try:
                        values.append(rate(run, sink, int(ideal * IDEAL_SECONDS), is_queued))
                        notes.append((sink.count("pieces") / sink.count(), sink.count("most_open")))
                    except (Broken, OSError) as reason:
                        reasons[is_queued] = str(reason)
        name = f"{DELAY_MILLISECONDS} ms a reply, {CONNECTIONS} connections, {words}"
        note = ""
        if notes:
            waits, most = notes[-1]
            note = f"ideal {ideal:,.0f}/s; the sink saw {waits:.2f} waits a message, {most} connections at most"
        rows += [
            against(f"{name}: sending a queue", "/s", queued, "ideal", [ideal], ratio_at_least=0.8, note=note,
                    not_measured=reasons.get(True, "")),
            against(f"{name}: accept-to-settled", "/s", fresh, "ideal", [ideal],
                    not_measured=reasons.get(False, ""))]
    return rows


def rate(run, sink, number, is_queued):
    """Sends settled a second: from the first reply when all were queued before, else from the first call."""
    name = f"latency {sink.waits_per_message} {is_queued}"
    count = run.sized(name, number)
    with run.serve(sink, CONNECTIONS) as server:
        lines = server.open_session().send_lines(count)
        if is_queued:
            sink.hold()
        begin = time.perf_counter()
        _, answers = server.load(lines)
        sends_of(answers)
        if is_queued:
            begin = time.perf_counter()
            sink.go_on()
        return run.went(name, count, wait_until_settled(server.database, sink, count, begin))
