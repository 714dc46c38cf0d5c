"""`envelope drain` of a short and of a long queue: what one send costs in each, and the memory it takes."""

import os
import shutil
import subprocess
import time
from statistics import median

from envelope_server import count_sent, sends_of, tidied
from figures import Figure, against, progress
from line_peer import Broken
from sink import Sink

CONNECTIONS = 16
SIZES, QUICK_SIZES = (10_000, 100_000), (1_000, 10_000)
CHUNK = 10_000
PATIENCE_SECONDS = 300
LOOK_SECONDS = 0.01


def measure(run):
    sizes = QUICK_SIZES if run.quick else SIZES
    # The long one is worth many short ones; three of it keep the whole within minutes.
    rounds = {sizes[0]: run.rounds, sizes[1]: min(run.rounds, 3)}
    names = [f"drain {sizes[1]:,} and {sizes[0]:,} queued, cost of each", "drain: memory above idle"]
    if not run.program.has_drain:
        return [Figure(name, not_measured="this binary has no `drain`") for name in names]
    try:
        # One port for all: a send belongs to the account of the server that it was to go to.
        port, idle = idle_server(run)
        single, *templates = [queued(run, size, port) for size in (1, *sizes)]
        overhead = median(drain(run, single, 1, port)[0] for _ in range(3))
        seconds, peaks = {size: [] for size in sizes}, []
        for number in range(run.rounds):
            for size, template in zip(sizes, templates):
                if number < rounds[size]:
                    progress(f"drain {size:,}, round {number + 1} of {rounds[size]}")
                    taken, peak = drain(run, template, size, port)
                    seconds[size].append((taken - overhead) / size * 1e6)
                    peaks.append(peak - idle)
    except (Broken, OSError) as reason:
        return [Figure(name, not_measured=str(reason)) for name in names]
    counted = " and ".join(f"{rounds[size]} of {size:,}" for size in sizes)
    note = f"rounds: {counted}; less the {overhead * 1_000:.0f} ms that one send takes"
    return [
        against(names[0], "µs", seconds[sizes[1]], f"{sizes[0]:,}:", seconds[sizes[0]], ratio_at_least=0.8,
                ratio_at_most=1.2, note=note),
        Figure(names[1], "MiB", max(peaks), at_most=64, note=f"the most of all rounds; idle is {idle:.1f} MiB",
               rounds=peaks)]


def queued(run, size, port):
    """A folder whose database holds so many sends that are due; the processes that took them were killed."""
    progress(f"drain: queueing {size:,}")
    database = run.fresh("queued", keep=True)
    for start in range(0, size, CHUNK):
        with (Sink(run.sink, run.folder, port=port) as sink,
              run.serve(sink, CONNECTIONS, database=database) as server):
            # So few at a time that no connection gives up waiting for its greeting, which would put sends off.
            lines = server.open_session().send_lines(min(CHUNK, size - start), f"reader{start}n")
            sink.hold()
            sends_of(server.load(lines)[1])
            server.kill()
    tidied(database)
    return database


def drain(run, template, size, port):
    """Seconds from start to end of one drain of a copy, and the most MiB that it had resident."""
    database = run.fresh("drain")
    shutil.copytree(template.parent, database.parent, dirs_exist_ok=True)
    database = database.parent / template.name
    # What the copy left to be written would be written while something else is measured.
    os.sync()
    with Sink(run.sink, run.folder, port=port) as sink, open(run.folder / "drain.log", "w+b") as log:
        words = ["drain", "--json"]
        if "--connections" in run.program.say("drain", "--help"):
            words += ["--connections", str(CONNECTIONS)]
        begin = time.perf_counter()
        process = subprocess.Popen(
            [run.program.path, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
            env=run.program.environment(run.folder, database, sink, CONNECTIONS))
        try:
            peak = watch(process, begin)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        seconds = time.perf_counter() - begin
        log.seek(0)
        if process.returncode != 0:
            raise Broken(f"drain ended with {process.returncode}: {log.read(500).decode(errors='replace')}")
        sent = count_sent(database)
        if sent != size or sink.count() != size:
            raise Broken(f"drain of {size:,} left {sent:,} sent, and the sink took {sink.count():,}")
    return seconds, peak


def watch(process, begin):
    """The most MiB that it had resident; read as it runs, since nothing tells it of a process that has ended."""
    peak = 0.0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status") as status:
                peak = max([peak] + [int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:")])
        except OSError:
            pass
        if time.perf_counter() - begin > PATIENCE_SECONDS:
            raise Broken(f"drain did not end within {PATIENCE_SECONDS} s")
        time.sleep(LOOK_SECONDS)
    return peak


def idle_server(run):
    """A port that was free a moment ago, and the MiB that a server has resident before its first call."""
    with Sink(run.sink, run.folder) as sink, run.serve(sink, CONNECTIONS) as server:
        server.open_session()
        time.sleep(0.3)
        return sink.port, server.resident_mebibytes()
