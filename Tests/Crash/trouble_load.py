"""Troubles of load: a server that is busy for a while, and a long queue that several processes share."""

import collections
import math
import time

import record
from ground import Hold, trouble

AT_ONCE = 64
PROCESSES = 4


def busy_server(binary, small):
    """Two hundred sends to a server that answers 421 for a minute."""
    seconds, count = (10, 200) if small else (60, 200)
    with trouble(binary) as here:
        here.peer.busy_until = time.monotonic() + seconds
        server = here.start()
        _send_many(here, server, count)
        time.sleep(max(0, here.peer.busy_until - time.monotonic()))
        here.facts.append(f"{here.peer.refused} connections were answered 421 in {seconds} s")
        here.expect(here.peer.received() == 0, "something was taken by a busy server")
        # Each send tries for itself at most once in a minute.
        here.expect(here.peer.refused <= count * 2, f"it knocked {here.peer.refused} times for {count} sends")
        here.expect(here.peer.most_open <= 4, f"{here.peer.most_open} connections at once")
        start = time.monotonic()
        sends = here.conclude(expected=count)
        here.facts.append(f"the rest in {time.monotonic() - start:.1f} s")
        here.facts.append(f"attempts: {_attempts(sends)}")
        return here


def _attempts(sends):
    counts = collections.Counter(send.events.count("attempt_started") for send in sends.values())
    return ", ".join(f"{count} × {tries}" for tries, count in sorted(counts.items()))


def long_queue(binary, small):
    """Ten thousand queued messages and four processes: each message arrives exactly once."""
    count = 1_000 if small else 10_000
    hold = Hold(greeting=range(1, 1_000))
    with trouble(binary, hook=hold) as here:
        first = here.start()
        start = time.monotonic()
        _send_many(here, first, count)
        here.facts.append(f"{count} queued at {count / (time.monotonic() - start):.0f}/s")
        here.expect(record.unfinished(here.house.database) == count, "not all are queued")
        # Its own part is left behind by a death, and belongs to the four as well.
        first.kill()
        first.ended()
        hold.let_go()
        start = time.monotonic()
        servers = [here.start() for _ in range(PROCESSES)]
        deadline = start + math.ceil(count / 20) + 60
        while (left := record.unfinished(here.house.database)) and time.monotonic() < deadline:
            for server in servers:
                server.call("list_sends", limit=1)
            time.sleep(0.5)
        took = time.monotonic() - start
        here.expect(left == 0, f"{left} are left after {took:.0f} s")
        owners = record.owners(here.house.database)
        here.expect(len(owners) >= PROCESSES, f"only {len(owners)} processes sent")
        here.facts.append(f"sent at {count / took:.0f}/s; attempts by process: {' '.join(map(str, owners))}")
        # A killed owner's connections may have brought nothing: all must be accepted.
        here.conclude(expected=count)
        return here


def _send_many(here, server, count):
    """Calls that do not wait for the first attempt, several at once."""
    waiting = collections.deque()
    for number in range(count):
        waiting.append((here.begin_send(server, f"message-{number}", wait_seconds=0), f"message-{number}"))
        if len(waiting) >= AT_ONCE:
            here.take(*waiting.popleft())
    while waiting:
        here.take(*waiting.popleft())
    here.expect(not here.refused, f"{len(here.refused)} calls were refused: {here.refused[:1]}")
