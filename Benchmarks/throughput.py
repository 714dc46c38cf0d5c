"""Durable accept and accept-to-settled: this program by turns with Postfix, Python and the bare disk."""

import contextlib
import datetime
import time

import postfix
import yardsticks
from envelope_server import sends_of, wait_until_settled
from figures import Figure, against, progress
from line_peer import Broken
from sink import Sink

SETTLE_CONNECTIONS = 16


def measure(run, parts):
    """Figures of `accept` and `settled`, as far as they are asked for; their baselines are measured once for both."""
    series = {}

    def take(name, value):
        series.setdefault(name, []).append(value)

    missing = postfix.why_not()
    with contextlib.ExitStack() as held:
        port = None
        if missing is None:
            try:
                port = held.enter_context(postfix.running(run.folder.parent))
            except Broken as reason:
                missing = str(reason)
        ceiling = ceilings(run)
        reasons = {}
        for number in range(run.rounds):
            progress(f"{' and '.join(parts)}, round {number + 1} of {run.rounds}")
            take("syncs", yardsticks.syncs_a_second(run.folder))
            if port:
                if "accept" in parts:
                    take("postfix 64", postfix.rate(port, 64, run.count(1_000)))
                if "settled" in parts:
                    take("postfix 16", postfix.rate(port, 16, run.count(1_000)))
            if "accept" in parts:
                take("commits", yardsticks.commits_a_second(run.fresh("commits")))
                for name, action in (("accept alone", accept_alone), ("accept", accept_while_sending)):
                    attempt(run, name, action, take, reasons)
            if "settled" in parts:
                for gate in (False, True):
                    with Sink(run.sink, run.folder) as sink:
                        database = run.fresh("python")
                        rate = yardsticks.python_sends_a_second(database, sink.port, run.count(400), gate)
                        take(f"python {gate}", rate)
                attempt(run, "settled", settled, take, reasons)
    return figures(run, parts, series, reasons, missing, ceiling)


def attempt(run, name, action, take, reasons):
    """A round that fails is a reason in the table, and is not tried again."""
    if name in reasons:
        return
    try:
        take(name, action(run))
    except (Broken, OSError) as reason:
        reasons[name] = str(reason)


def accept_alone(run):
    with Sink(run.sink, run.folder) as sink, run.serve(sink, SETTLE_CONNECTIONS) as server:
        if not server.open_session().has_send_at:
            raise Broken("send_email has no `send_at` yet, so that sending cannot be kept apart")
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        lines = server.send_lines(run.sized("accept alone", 8_000), send_at=later.strftime("%Y-%m-%dT%H:%M:%SZ"))
        seconds, answers = server.load(lines)
        sends_of(answers)
        if sink.count():
            raise Broken("a message that was to leave in an hour left at once")
        return run.went("accept alone", len(lines), seconds)


def accept_while_sending(run):
    with Sink(run.sink, run.folder) as sink, run.serve(sink, SETTLE_CONNECTIONS) as server:
        lines = server.open_session().send_lines(run.sized("accept", 4_000))
        seconds, answers = server.load(lines)
        server.kill()
        sends_of(answers)
        return run.went("accept", len(lines), seconds)


def settled(run):
    with Sink(run.sink, run.folder) as sink, run.serve(sink, SETTLE_CONNECTIONS) as server:
        lines = server.open_session().send_lines(run.sized("settled", 8_000))
        begin = time.perf_counter()
        _, answers = server.load(lines)
        seconds = wait_until_settled(server.database, sink, len(lines), begin)
        sends_of(answers)
        if sink.count("most_open") > SETTLE_CONNECTIONS:
            raise Broken(f"{sink.count('most_open')} connections were open instead of {SETTLE_CONNECTIONS} at most")
        return run.went("settled", len(lines), seconds)


def ceilings(run):
    """What the load generator itself can do: answers a second of `ping`, and of /bin/cat given the same calls."""
    with Sink(run.sink, run.folder) as sink, run.serve(sink, SETTLE_CONNECTIONS) as server:
        server.open_session()
        calls = server.send_lines(run.count(20_000))
        pings = [server.line("ping") for _ in calls]
        ping = len(pings) / server.load(pings)[0]
    with run.lines_of(["/bin/cat"]) as cat:
        echo = b"".join(calls[:1]).replace(b'"method":', b'"xethod":')
        return ping, len(calls) / cat.load([echo] * len(calls))[0]


def figures(run, parts, series, reasons, missing, ceiling):
    def of(name):
        return series.get(name, [])

    rows = [Figure("load generator: ping", "/s", ceiling[0], ceiling[1], "cat"),
            against("fsyncs of this disk", "/s", of("syncs"))]
    why_postfix = f"Postfix not measured: {missing}" if missing else ""
    if "accept" in parts:
        alone, sending = of("accept alone"), of("accept")
        name = "durable accept, nothing sent meanwhile"
        judged = alone or sending
        label = name if alone else "durable accept, sending meanwhile"
        more = {"not_measured": reasons.get("accept", "")}
        rows += [
            against(label, "/s", judged, "Postfix", of("postfix 64"), ratio_at_least=8, note=why_postfix, **more),
            against(label, "/s", judged, "1-row commits", of("commits"), ratio_at_least=1.5, **more)]
        if alone:
            rows.append(against(
                "durable accept, sending meanwhile", "/s", sending, "Postfix", of("postfix 64"), **more))
        else:
            rows.append(Figure(name, "/s", not_measured=reasons.get("accept alone", "")))
    if "settled" in parts:
        more = {"not_measured": reasons.get("settled", "")}
        settles = of("settled")
        rows += [
            against("accept-to-settled, 16 connections", "/s", settles, "Postfix", of("postfix 16"),
                    ratio_at_least=4, **more),
            against("accept-to-settled, 16 connections", "/s", settles, "Python, 3 commits",
                    of("python False"), ratio_at_least=20, **more),
            against("accept-to-settled, 16 connections", "/s", settles, "Python, 4 with the gate",
                    of("python True"), **more)]
    return rows
