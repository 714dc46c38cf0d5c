"""Measures REST under load: look-ups and durable sends by the second, their tail, and memory, against FastAPI.

    python3 Benchmarks/http_bench.py .build/release/envelope [--quick]

wrk keeps 64 connections busy with `GET /track/{id}`, then with `POST /send` that waits for nothing. Both servers have
a fresh database on a real disk and are loaded by turns; each figure is a median of the rounds. Both look up the same
finished sends and have to answer the same. The program carries what it accepts to its sandbox while it is measured;
the other server only records. wrk counts what is no success, and each accepted send has to be in the database. Exits
with 0 whatever the figures say, and with 2 when something could not be measured.
"""

import argparse
import contextlib
import datetime
import http.client
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from envelope_server import BODY
from figures import against, show
from line_peer import Broken

HERE = Path(__file__).resolve().parent
CONNECTIONS = 64
TRACKED = 64
START_SECONDS = 30
CALM_SECONDS = 1
RATIO = 10
MEMORY_RATIO = 1.1


class Web:
    """One server as a process of its own: its address from the line that it prints, its memory, its end."""

    def __init__(self, name, command, folder, database):
        self.name, self.database = name, database
        self.said = folder / "stderr"
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "ENVELOPE_LOG_LEVEL": "error"}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, env=environment)

    def __enter__(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            said = self.said.read_text(errors="replace")
            if found := re.search(r"listening on http://127\.0\.0\.1:(\d+)", said):
                self.port = int(found[1])
                return self
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                raise Broken(f"{self.name} did not begin to listen: {said[-500:]}")
            time.sleep(0.01)

    def __exit__(self, *_):
        # What is still queued would be sent while the other server is measured.
        self.process.kill()
        self.process.wait()

    def ask(self, method, path, body=None):
        """One request on a connection of its own; gives the JSON of a successful answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            text = answer.read()
        except OSError as reason:
            raise Broken(f"{self.name}: {method} {path}: {reason}") from reason
        finally:
            connection.close()
        if answer.status // 100 != 2:
            raise Broken(f"{self.name}: {method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return json.loads(text)

    def resident_mebibytes(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1]) / 1024

    def processor_seconds(self):
        """Of all its threads, in the program and in the kernel."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def recorded(self):
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as reader:
            return reader.execute("SELECT count(*) FROM sends").fetchone()[0]


class Run:
    """What the parts share: both servers, the load, how often, how long, and how much."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.rounds = 3 if options.quick else 5
        self.seconds = 2 if options.quick else 4
        self.requests = (2_000, 20_000) if options.quick else (10_000, 100_000)
        self.loads = 0

    def envelope(self):
        folder, database = self.fresh("envelope")
        return Web("Envelope", [
            str(self.options.binary.resolve()), "serve", "--sandbox", "--http", "--port", "0", "--db", str(database),
        ], folder, database)

    def fastapi(self, histories=()):
        folder, database = self.fresh("fastapi")
        known = folder / "histories.json"
        known.write_text(json.dumps(histories))
        # Not resolved: a virtual environment's interpreter is a link, and its own path is what makes it one.
        return Web("FastAPI", [
            str(self.options.python.absolute()), str(HERE / "http_yardstick.py"), str(database), str(known),
        ], folder, database)

    def fresh(self, name):
        """A folder that holds nothing yet, and the path of a database in it."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder, folder / "bench.db"

    def load(self, web, tracks=0, sends=0, ids=(), count=0, **more):
        """64 connections busy for the round's time, or with so many requests; gives what wrk counted."""
        self.loads += 1
        asked = web.database.parent / "asked"
        asked.write_text("\n".join([json.dumps(message("@@@@", **more)), *ids]) + "\n")
        # One thread: two cores are shared with the server, and one is more than it needs.
        command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS),
                   "--duration", f"{600 if count else self.seconds}s", "--timeout", "30s",
                   "--script", str(HERE / "http_load.lua"), f"http://127.0.0.1:{web.port}", "--",
                   str(asked), str(count + CONNECTIONS if count else 0), str(tracks), str(sends), f"{self.loads:05d}"]
        before = web.processor_seconds()
        done = subprocess.run(command, capture_output=True, text=True, timeout=660)
        line = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
        if done.returncode or line is None:
            raise Broken(f"wrk: {done.stdout[-300:]} {done.stderr[-300:]}")
        counted = json.loads(line)
        counted["processor"] = web.processor_seconds() - before
        if counted["refused"] or counted["broken"] or not counted["requests"]:
            raise Broken(f"{web.name} refused {counted['refused']:,} and broke {counted['broken']:,} of "
                         f"{counted['requests']:,} requests")
        return counted

    def say(self, text):
        print(f"http: {text}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path, help="path of the release binary")
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-bench-http/bin/python",
                        help="Python with FastAPI and uvicorn; Benchmarks/install.sh makes the default one")
    parser.add_argument("--only", default="track,send,memory", help="parts to measure, of track, send, memory")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, and a fifth of the requests")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp"), help="a folder on a real disk")
    options = parser.parse_args()
    parts = {"track": look_ups, "send": sends, "memory": memory}
    chosen = options.only.split(",")
    if set(chosen) - set(parts):
        parser.error(f"--only takes {', '.join(parts)}")
    for path in (options.binary, options.python):
        if not os.access(path, os.X_OK):
            print(f"http: {path} is not there; run make release and Benchmarks/install.sh", file=sys.stderr)
            sys.exit(2)
    if not shutil.which("wrk"):
        print("http: there is no wrk; run Benchmarks/install.sh", file=sys.stderr)
        sys.exit(2)
    try:
        with tempfile.TemporaryDirectory(prefix="envelope-bench-", dir=options.folder) as folder:
            run = Run(options, Path(folder))
            figures = [figure for name in parts if name in chosen for figure in parts[name](run)]
    except Broken as reason:
        print(f"http: {reason}", file=sys.stderr)
        sys.exit(2)
    show(figures)
    for figure in figures:
        if figure.is_judged:
            print(f"{figure.name}: {'met' if figure.passes else 'not met'}")


def message(subject, **more):
    return {"to": ["reader@example.com"], "subject": subject, "text": BODY, **more}


def look_ups(run):
    """`GET /track/{id}` of finished sends; both servers stay, since look-ups leave nothing behind to be done."""
    took = {"Envelope": [], "FastAPI": []}
    with run.envelope() as ours:
        histories = finished(ours)
        with run.fastapi(histories) as theirs:
            ids = [history["id"] for history in histories]
            for history in histories:
                if theirs.ask("GET", f"/track/{history['id']}") != history:
                    raise Broken("the two servers do not answer the same")
            for turn in range(run.rounds):
                run.say(f"GET /track/{{id}}, round {turn + 1} of {run.rounds}")
                for web in (ours, theirs):
                    took[web.name].append(run.load(web, tracks=1, ids=ids))
    return compared("GET /track/{id}", took)


def finished(web):
    """What `GET /track/{id}` says of some sends that have been sent."""
    histories = []
    for number in range(TRACKED):
        send = web.ask("POST", "/send", json.dumps(message(f"Tracked {number}", wait_seconds=30)))
        histories.append(web.ask("GET", f"/track/{send['id']}"))
        if histories[-1]["status"] != "sent":
            raise Broken(f"{web.name}: {json.dumps(histories[-1])[:500]}")
    return histories


def sends(run):
    """`POST /send`, as agents do it, and with a time that is far off: then nothing but the record is made."""
    figures = []
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=12)
    far_off = {"wait_seconds": 0, "send_at": later.strftime("%Y-%m-%dT%H:%M:%SZ")}
    for name, judged, more in (
        ("POST /send", True, {"wait_seconds": 0}),
        ("POST /send, nothing sent meanwhile", False, far_off),
    ):
        took = {"Envelope": [], "FastAPI": []}
        for turn in range(run.rounds):
            run.say(f"{name}, round {turn + 1} of {run.rounds}")
            for server in (run.envelope, run.fastapi):
                with server() as web:
                    took[web.name].append(run.load(web, sends=1, **more))
                    check_recorded(web, took[web.name][-1]["requests"])
        figures += compared(name, took, judged)
    return figures


def check_recorded(web, answered):
    """Each accepted send is there; so may be those whose answers wrk did not wait for."""
    if not answered <= web.recorded() <= answered + CONNECTIONS:
        raise Broken(f"{web.name} answered {answered:,} sends and recorded {web.recorded():,}")


def compared(name, took, judged=True):
    def row(label, unit, value, **more):
        ours, theirs = ([value(one) for one in took[server]] for server in ("Envelope", "FastAPI"))
        return against(f"{name}{label}", unit, ours, "FastAPI", theirs, **more)

    return [
        row("", "/s", lambda one: one["requests"] / one["seconds"], ratio_at_least=RATIO if judged else None),
        row(", p99", "ms", lambda one: one["p99"], ratio_at_most=1 if judged else None),
        # Says most where the machine is busy with other things too, and is what the others follow from.
        row(", processor time of one", "µs", lambda one: one["processor"] / one["requests"] * 1e6)]


def memory(run):
    """Resident memory after many requests, half of them sends, and after ten times as many."""
    few, many = run.requests
    with run.envelope() as web:
        ids = [history["id"] for history in finished(web)]
        idle = web.resident_mebibytes()
        held, answered = [], 0
        for count in (few, many - few):
            run.say(f"memory, {count:,} requests")
            answered += run.load(web, tracks=1, sends=1, ids=ids, count=count, wait_seconds=0)["requests"]
            time.sleep(CALM_SECONDS)
            held.append(web.resident_mebibytes())
    return [against(f"memory after {many:,} requests", "MiB", held[1:], f"after {few:,}", held[:1],
                    ratio_at_most=MEMORY_RATIO, note=f"{idle:.1f} MiB before, {answered:,} answers")]


if __name__ == "__main__":
    main()
