"""`list_sends` and `track_send` over a small and a large record: the time of the slowest call in a hundred."""

import base64
import contextlib
import json
import random
import shutil
import sqlite3
import time

import filling
from envelope_server import tidied
from figures import Figure, against, progress
from line_peer import Broken
from sink import Sink

CALLS = 200
TURN = 50
# A call that is this slow is measured less often.
CELL_SECONDS = 1.0
FEWEST = 10
SETTLE_SECONDS = 10
BYTES_A_SEND = 6_000

FILTERS = {
    "no filter": {},
    "status sent (nearly all)": {"status": "sent"},
    f"status failed ({filling.RARE})": {"status": "failed"},
    "account (nearly all)": {"account": None},
    f"account ({filling.RARE})": {"account": filling.RARE_ACCOUNT},
    "to (half)": {"to": filling.COMMON_RECIPIENT},
    f"to ({filling.RARE})": {"to": filling.RARE_RECIPIENT},
}


def measure(run):
    sizes = (1_000, 100_000) if run.quick else (1_000, 1_000_000)
    title = f"{sizes[1]:,} and {sizes[0]:,} sends"
    try:
        free = shutil.disk_usage(run.folder).free
        if free < 2 * sizes[1] * BYTES_A_SEND:
            raise Broken(f"{free >> 30} GiB are free; it takes {2 * sizes[1] * BYTES_A_SEND >> 30}")
        template, ids, account = recorded(run)
        databases = [filled(run, template, size, ids) for size in sizes]
        with Sink(run.sink, run.folder) as sink:
            with run.serve(sink, database=databases[0]) as small, run.serve(sink, database=databases[1]) as large:
                servers = [small.open_session(), large.open_session()]
                cells = prepared(servers, sizes, account)
                return rows(run, cells, servers)
    except (Broken, OSError, sqlite3.Error) as reason:
        return [Figure(f"list_sends and track_send over {title}", not_measured=str(reason))]


def recorded(run):
    """A database with one send of each status, as the program makes them; their ids, and the account's name."""
    with Sink(run.sink, run.folder) as sink, run.serve(sink, keep=True) as server:
        server.open_session()
        ids = {}
        for status, to in (("sent", "reader"), ("failed", "reject"), ("queued", "defer")):
            result = server.call("send_email", {
                "to": [f"{to}@example.com"], "subject": "Benchmark", "text": "One line.",
                "wait_seconds": SETTLE_SECONDS if status != "queued" else 1})
            send = result.get("structuredContent", {})
            if send.get("status") != status:
                raise Broken(f"a send to {to}@ is not {status}: {json.dumps(result)[:400]}")
            ids[status], account = send["id"], send["account"]
        wait_until_deferred(server.database, ids["queued"])
        server.kill()
    tidied(server.database)
    return server.database, ids, account


def wait_until_deferred(database, send):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as reader:
        deadline = time.monotonic() + SETTLE_SECONDS
        while reader.execute("SELECT state FROM sends WHERE id = ?", (send,)).fetchone()[0] != "deferred":
            if time.monotonic() > deadline:
                raise Broken("a deferred send was not settled")
            time.sleep(0.01)
    reader.close()


def filled(run, template, size, ids):
    progress(f"list: filling a database with {size:,} sends")
    begin = time.perf_counter()
    database = run.fresh(f"list-{size}", keep=True)
    shutil.copy(template, database)
    filling.fill(database, size, ids)
    took = time.perf_counter() - begin
    progress(f"list: {database.stat().st_size / 2**20:,.0f} MiB in {took:.0f} s")
    return database


def prepared(servers, sizes, account):
    """For each cell of the table its name and, for each server, the lines to send in turn."""
    cells = []
    for words, given in FILTERS.items():
        filters = {key: account if value is None else value for key, value in given.items()}
        progress(f"list: {words}: looking for the middle")
        middles = [middle(server, filters) for server in servers]
        for page, cursors in (("first page", [None, None]), ("a middle page", middles)):
            arguments = [{**filters, **({"cursor": cursor} if cursor else {})} for cursor in cursors]
            cells.append((f"list_sends, {words}, {page}", [
                [server.line("tools/call", {"name": "list_sends", "arguments": one})]
                for server, one in zip(servers, arguments)]))
    lines = []
    for server in servers:
        with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as reader:
            first, last = reader.execute("SELECT (SELECT min(number) FROM sends), (SELECT max(number) FROM sends)").fetchone()
            chosen = [reader.execute("SELECT id FROM sends WHERE number >= ? ORDER BY number LIMIT 1",
                                     (random.randint(first, last),)).fetchone()[0] for _ in range(CALLS)]
        reader.close()
        lines.append([server.line("tools/call", {"name": "track_send", "arguments": {"id": id}}) for id in chosen])
    return cells + [("track_send, any of them", lines)]


def middle(server, filters):
    """The cursor behind the first half of what matches: that of a first page, moved to another send."""
    result = server.call("list_sends", {**filters, "limit": 1})
    cursor = result.get("structuredContent", {}).get("next_cursor")
    if not cursor:
        raise Broken(f"list_sends gave no next page: {json.dumps(result)[:300]}")
    version, _, digest = base64.b64decode(cursor).decode().split(" ")
    with contextlib.closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as reader:
        tables, condition, values = matching(filters)
        total = reader.execute(f"SELECT count(*) FROM {tables} WHERE {condition}", values).fetchone()[0]
        place = reader.execute(
            f"SELECT s.id FROM {tables} WHERE {condition} ORDER BY s.number DESC LIMIT 1 OFFSET ?",
            (*values, total // 2)).fetchone()[0]
    return base64.b64encode(f"{version} {place} {digest}".encode()).decode()


def matching(filters):
    """The same question in SQL: tables, condition, values."""
    if "to" in filters:
        return "recipients r JOIN sends s ON s.number = r.send", "r.address = ?", (filters["to"],)
    if "status" in filters:
        return "sends s", "s.status = ?", (filters["status"],)
    if "account" in filters:
        return "sends s JOIN accounts a ON a.id = s.account_id", "a.name = ?", (filters["account"],)
    return "sends s", "1", ()


def rows(run, cells, servers):
    found = []
    for name, lines in cells:
        progress(f"list: {name}")
        check(name, servers, lines)
        rounds = [[], []]
        for _ in range(run.rounds):
            taken = [[], []]
            # By turns, so that a busy moment of the machine falls on both.
            for _ in range(CALLS // TURN):
                for one, server, own in zip(taken, servers, lines):
                    timed(server, own, one)
            for one, times in zip(rounds, taken):
                times.sort()
                one.append(times[int(len(times) * 0.99)])
        found.append(against(f"p99 of {name}", "ms", rounds[1], "small", rounds[0], ratio_at_most=1.5))
    return found


def timed(server, lines, taken):
    """Milliseconds of one turn's calls, added to those taken before."""
    for _ in range(TURN):
        if len(taken) >= FEWEST and sum(taken) > CELL_SECONDS * 1_000:
            return
        line = lines[len(taken) % len(lines)]
        begin = time.perf_counter_ns()
        server.exchange(line)
        taken.append((time.perf_counter_ns() - begin) / 1e6)


def check(name, servers, lines):
    """Both give a page that is equally long, or the comparison would say nothing."""
    sizes = []
    for server, own in zip(servers, lines):
        result = json.loads(server.exchange(own[0])).get("result", {"isError": True})
        if result.get("isError"):
            raise Broken(f"{name}: {json.dumps(result)[:300]}")
        sizes.append(len(result["structuredContent"].get("sends", [None])))
    if sizes[0] != sizes[1]:
        raise Broken(f"{name}: pages of {sizes[0]} and {sizes[1]} sends")
