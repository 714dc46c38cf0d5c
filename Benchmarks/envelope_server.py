"""The program as an agent's host runs it, and a client that keeps many calls under way at once."""

import fcntl
import json
import os
import select
import signal
import sqlite3
import subprocess
import time

from line_peer import PATIENCE_SECONDS, Broken, LinePeer

IN_FLIGHT = 64
PIPE_SIZE = 1 << 20
BODY = "".join(f"{number:02d} " + "The quick brown fox jumps over the lazy dog. Again and\n" for number in range(18))
SETTLE_PATIENCE_SECONDS = 60


class Program:
    """A release binary: what it can do, and how it is started."""

    def __init__(self, path):
        self.path = str(path.resolve())
        self.has_connections = "--connections" in self.say("serve", "--help")
        self.has_drain = "USAGE: envelope drain" in self.say("drain", "--help")

    def say(self, *words):
        return subprocess.run([self.path, *words], capture_output=True, text=True, timeout=PATIENCE_SECONDS).stdout

    def environment(self, folder, database, sink, connections):
        return {
            "PATH": os.environ["PATH"], "HOME": str(folder), "ENVELOPE_DB": str(database),
            "ENVELOPE_SMTP_URL": sink.url, "ENVELOPE_FROM": "Agent <agent@example.com>",
            "ENVELOPE_CONNECTIONS": str(connections), "ENVELOPE_LOG_LEVEL": "error"}

    def command(self, connections, *words):
        return [self.path, *words] + (["--connections", str(connections)] if self.has_connections else [])

    def serve(self, folder, database, sink, connections=16):
        return Server(self.command(connections), self.environment(folder, database, sink, connections))


class Server(LinePeer):
    def __init__(self, command, environment):
        super().__init__(command, environment)
        for end in (self.to_child, self.from_child):
            # Room for all that is under way, or the two sides would wait for each other's pipe instead of working.
            fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE_SIZE)

    def kill(self):
        """Ends it at once, as a crash does."""
        os.kill(self.pid, signal.SIGKILL)

    def open_session(self):
        super().open_session()
        tools = {tool["name"]: tool for tool in self.request("tools/list")["tools"]}
        self.has_send_at = "send_at" in tools["send_email"]["inputSchema"]["properties"]
        return self

    def load(self, lines, in_flight=IN_FLIGHT):
        """Sends the lines, so many under way at most; gives the seconds they took and the answers."""
        os.set_blocking(self.to_child, False)
        os.set_blocking(self.from_child, False)
        try:
            return self.exchange_all(lines, in_flight)
        finally:
            os.set_blocking(self.to_child, True)
            os.set_blocking(self.from_child, True)

    def exchange_all(self, lines, in_flight):
        answers, rest, out, sent = [], b"", b"", 0
        begin = time.perf_counter()
        while len(answers) < len(lines):
            room = in_flight - (sent - len(answers))
            if not out and room > 0 and sent < len(lines):
                batch = lines[sent:sent + room]
                out, sent = b"".join(batch), sent + len(batch)
            if out:
                try:
                    out = out[os.write(self.to_child, out):]
                except BlockingIOError:
                    pass
            ready = select.select([self.from_child], [self.to_child] if out else [], [], PATIENCE_SECONDS)
            if not ready[0]:
                if not ready[1]:
                    raise Broken(f"{self.command[0]} did not answer {len(lines) - len(answers)} calls")
                continue
            chunk = os.read(self.from_child, PIPE_SIZE)
            if not chunk:
                raise Broken(f"{self.command[0]} ended with {len(lines) - len(answers)} calls open")
            whole = (rest + chunk).split(b"\n")
            rest = whole.pop()
            # Only requests have answers; what has a method is a notification.
            answers += [line for line in whole if b'"method":' not in line[:60]]
        return time.perf_counter() - begin, answers

    def send_lines(self, count, to="reader", **more):
        """Calls of send_email with 1 KiB of text, each to another recipient and with another subject."""
        return [self.line("tools/call", {"name": "send_email", "arguments": {
            "to": [f"{to}{number}@example.com"], "subject": f"Benchmark {to} {number}", "text": BODY,
            "wait_seconds": 0, **more}}) for number in range(count)]


def sends_of(answers):
    """The structured results, or the first thing that went wrong."""
    results = [json.loads(answer) for answer in answers]
    for result in results:
        send = result.get("result", {}).get("structuredContent", {})
        if "result" not in result or result["result"].get("isError") or send.get("status") not in ("queued", "sent"):
            raise Broken(f"send_email did not take a message: {json.dumps(send or result)[-300:]}")
    return [result["result"]["structuredContent"] for result in results]


def wait_until_settled(database, sink, count, begin, patience=SETTLE_PATIENCE_SECONDS):
    """Seconds from `begin` until every one of so many sends is recorded as sent; the sink has as many exactly."""
    reader = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    settled = 0
    try:
        while settled < count:
            if time.perf_counter() - begin > patience:
                raise Broken(f"{settled:,} of {count:,} sends were settled within {patience} s")
            # The sink's count costs nothing; the database is asked only at the end, where it tells what that does not.
            if sink.count() < count and time.perf_counter() - begin < patience - 1:
                time.sleep(0.002)
                continue
            settled = reader.execute("SELECT count(*) FROM sends WHERE status = 'sent'").fetchone()[0]
            if settled < count:
                time.sleep(0.002)
        seconds = time.perf_counter() - begin
    finally:
        reader.close()
    if sink.count() != count:
        raise Broken(f"the sink took {sink.count():,} messages for {count:,} sends")
    return seconds


def count_sent(database):
    reader = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return reader.execute("SELECT count(*) FROM sends WHERE status = 'sent'").fetchone()[0]
    finally:
        reader.close()


def tidied(database):
    """Brings what a killed process left in the write-ahead log into the database itself."""
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    writer.close()
