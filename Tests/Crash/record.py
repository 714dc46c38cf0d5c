"""What the database says, read beside the program, and what has to hold between it and the peer."""

import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import tempfile
import time

UNFINISHED = ("ready", "scheduled", "held", "sending", "deferred")


@dataclasses.dataclass
class Send:
    """One row of `sends` with what belongs to it."""

    id: str
    message_id: str
    subject: str
    status: str
    state: str
    may_have_been_delivered: bool
    recipients: dict
    events: list
    passed_gate: bool


def read(database):
    """Every send, by id. A database that was never made has none."""
    if not os.path.exists(database):
        return {}
    with contextlib.closing(connect(database)) as db:
        db.execute("BEGIN")
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'sends'").fetchone():
            return {}
        sends = {row[0]: _send(row) for row in db.execute(
            "SELECT id, message_id, subject, status, state, error FROM sends ORDER BY created_at, id")}
        for send, address, outcome in db.execute("""SELECT s.id, r.address, r.outcome
                FROM recipients r JOIN sends s ON s.number = r.send ORDER BY r.send, r.position"""):
            sends[send].recipients[address] = outcome
        for send, kind in db.execute("""SELECT s.id, e.type
                FROM events e JOIN sends s ON s.number = e.send ORDER BY e.send, e.position"""):
            sends[send].events.append(kind)
        # Only of the last attempt: that is what a dead owner left.
        for (send,) in db.execute("""SELECT s.id FROM attempts a JOIN sends s ON s.number = a.send
                                     WHERE a.number = s.attempts AND a.at_final_dot_at IS NOT NULL"""):
            sends[send].passed_gate = True
        return sends


def _send(row):
    error = json.loads(row[5]) if row[5] else {}
    doubt = next((error[key] for key in ("may_have_been_delivered", "mayHaveBeenDelivered") if key in error), False)
    return Send(*row[:5], may_have_been_delivered=bool(doubt), recipients={}, events=[], passed_gate=False)


def read_copy(database):
    """The same from a copy, so that the files stay as a dead process left them."""
    with tempfile.TemporaryDirectory(prefix="envelope-copy-") as folder:
        for end in ("", "-wal"):
            if os.path.exists(database + end):
                shutil.copy(database + end, os.path.join(folder, "copy.db" + end))
        return read(os.path.join(folder, "copy.db"))


def connect(database):
    return sqlite3.connect(database, timeout=30, isolation_level=None)


def make_due(database):
    """Makes every send that waits for its time due, instead of waiting a minute."""
    with contextlib.closing(connect(database)) as db:
        db.execute("""UPDATE sends SET next_attempt_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
                      WHERE state IN ('ready', 'deferred')""")


def unfinished(database):
    """How many sends are queued."""
    with contextlib.closing(connect(database)) as db:
        return db.execute("SELECT count(*) FROM sends WHERE status = 'queued'").fetchone()[0]


def faults_of_file(database):
    """What SQLite finds wrong with the file."""
    with contextlib.closing(connect(database)) as db:
        said = [row[0] for row in db.execute("PRAGMA integrity_check")]
        orphans = db.execute("PRAGMA foreign_key_check").fetchall()
    faults = [] if said == ["ok"] else [f"integrity_check: {'; '.join(said[:3])}"]
    return faults + ([f"foreign_key_check: {len(orphans)} rows"] if orphans else [])


def violations(sends, peer, held=()):
    """Every way in which the record and the peer contradict each other, as sentences.

    held: the ids that clients were given; each must be in the record.
    """
    taken = peer.taken()
    known = {send.message_id for send in sends.values()}
    wrong = [f"{mid} was taken {count} times for {to}" for (mid, to), count in taken.items() if count > 1]
    wrong += [f"{mid} was taken and is not in the record" for mid in {mid for mid, _ in taken} - known]
    wrong += [f"the client holds {one}, and the record does not have it" for one in set(held) - set(sends)]
    for send in sends.values():
        wrong += [f"{send.id} ({send.state}): {fault}" for fault in _contradictions(send, taken)]
    return wrong


def _contradictions(send, taken):
    if send.state == "unconfirmed" and not send.may_have_been_delivered:
        yield "unconfirmed without may_have_been_delivered"
    for address, outcome in send.recipients.items():
        is_taken = (send.message_id, address) in taken
        if is_taken and outcome not in ("accepted", "unconfirmed") and send.state not in UNFINISHED:
            yield f"the peer took it for {address}, who stands as {outcome}"
        if outcome == "accepted" and not is_taken:
            yield f"{address} stands as accepted, and the peer never took it"
        if send.state == "accepted" and outcome != "accepted":
            yield f"{address} stands as {outcome} in an accepted send"


def drained(house, seconds, wake=0.2):
    """Sends what is left in a process of its own until nothing is queued; true when that came in time.

    With `drain` if the binary has it, else with a stdio server that is woken by looking.
    """
    deadline = time.monotonic() + seconds
    if house.has_drain():
        while time.monotonic() < deadline:
            status, _ = house.run("drain", timeout=max(1, deadline - time.monotonic()))
            if status in (0, 1) and unfinished(house.database) == 0:
                return True
            make_due(house.database)
            if status not in (0, 1, 75):
                return False
            time.sleep(0.05)
        return False
    server = house.start().begin()
    try:
        while time.monotonic() < deadline:
            server.call("list_sends", limit=1)
            if unfinished(house.database) == 0:
                return True
            make_due(house.database)
            time.sleep(wake)
        return False
    finally:
        server.stop()


def times(database):
    """When each send was created, by its subject."""
    with contextlib.closing(connect(database)) as db:
        return dict(db.execute("SELECT subject, created_at FROM sends"))


def waits(database):
    """Seconds until each queued send is due, by its subject; negative when it is."""
    with contextlib.closing(connect(database)) as db:
        return dict(db.execute("""SELECT subject, (julianday(next_attempt_at) - julianday('now')) * 86400 FROM sends
                                  WHERE next_attempt_at IS NOT NULL"""))


def owners(database):
    """How many attempts each process began, most first."""
    with contextlib.closing(connect(database)) as db:
        return [row[0] for row in db.execute("SELECT count(*) AS n FROM attempts GROUP BY owner ORDER BY n DESC")]
