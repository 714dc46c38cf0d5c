"""The SMTP server of sink.c: built where it is needed, lent for as long as it is needed."""

import mmap
import os
import shutil
import signal
import struct
import subprocess
from pathlib import Path

from line_peer import Broken

FIELDS = ("messages", "connections", "open", "most_open", "pieces", "refused")


def build(folder):
    """Compiles sink.c into the folder and gives the program's path."""
    program = Path(folder) / "sink"
    compiler = shutil.which("cc")
    if not compiler:
        raise Broken("no C compiler: `cc` is not there")
    source = Path(__file__).with_name("sink.c")
    made = subprocess.run([compiler, "-O2", "-o", program, source], capture_output=True, text=True)
    if made.returncode:
        raise Broken(f"cc could not compile sink.c:\n{made.stderr}")
    return program


class Sink:
    """A running sink; its counts are read from memory that it shares, which costs it nothing."""

    def __init__(self, program, folder, delay_milliseconds=0, pipelining=True, port=0):
        self.delay_milliseconds = delay_milliseconds
        # Fewest waits for one message on an open connection: MAIL, RCPT and DATA together or apart, then the dot.
        self.waits_per_message = 2 if pipelining else 4
        stats = Path(folder) / "sink-stats"
        stats.unlink(missing_ok=True)
        command = [program, "--stats", stats, "--port", str(port), "--delay-ms", str(delay_milliseconds)]
        self.process = subprocess.Popen(
            command + ([] if pipelining else ["--no-pipelining"]), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = self.process.stdout.readline()
        if not port:
            raise Broken("the sink did not start")
        self.port = int(port)
        with open(stats, "rb") as file:
            self.memory = mmap.mmap(file.fileno(), 8 * len(FIELDS), prot=mmap.PROT_READ)

    @property
    def url(self):
        return f"smtp+plain://127.0.0.1:{self.port}"

    def count(self, field="messages"):
        return struct.unpack_from("=Q", self.memory, 8 * FIELDS.index(field))[0]

    def hold(self):
        """Stops it: whoever sends now waits for its greeting, and what is queued stays queued."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.go_on()
        self.process.kill()
        self.process.communicate()
        self.memory.close()
