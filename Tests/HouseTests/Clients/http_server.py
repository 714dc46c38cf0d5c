"""Starts the program as an HTTP server on a free port, in its sandbox, and ends it in order.

    with serving(binary, database) as server:
        server.url          # http://127.0.0.1:PORT
"""

import os
import re
import signal
import subprocess
import threading
from contextlib import contextmanager

START_SECONDS = 60
END_SECONDS = 30


class Server:
    """The running program: where it listens, and what it wrote to standard error so far."""

    def __init__(self, process):
        self.process = process
        self.lines = []
        self.url = None
        self.is_listening = threading.Event()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.match(r"envelope: listening on (http://\S+)", line)
            if found:
                self.url = found[1]
                self.is_listening.set()
        self.is_listening.set()

    def stop(self, number=signal.SIGTERM):
        """Sends the signal; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(END_SECONDS)
        self.reader.join(END_SECONDS)
        return status


def start(binary, database, *arguments, environment=()):
    process = subprocess.Popen(
        [binary, "--http", "--port", "0", "--db", str(database), *arguments], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", **dict(environment)})
    server = Server(process)
    if not server.is_listening.wait(START_SECONDS) or server.url is None:
        process.kill()
        raise RuntimeError(f"it does not listen: {''.join(server.lines)}")
    return server


@contextmanager
def serving(binary, database, *arguments, environment=()):
    """Lends a server; it must end with status 0 when it is told to."""
    server = start(binary, database, *(arguments or ("--sandbox",)), environment=environment)
    try:
        yield server
    except BaseException:
        server.process.kill()
        raise
    status = server.stop()
    if status != 0:
        raise RuntimeError(f"it ended with status {status}: {''.join(server.lines)}")
