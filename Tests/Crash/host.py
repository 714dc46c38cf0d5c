"""The side of an agent host: starts the program under test, speaks MCP to it, and kills it."""

import concurrent.futures
import itertools
import json
import os
import signal
import subprocess
import threading
import time


class Gone(Exception):
    """The server ended before it answered."""


class Refused(Exception):
    """The tool answered with an error and no send; `args[0]` is its structured result."""


class House:
    """One database, one submission server, and how programs are started on them."""

    def __init__(self, binary, folder, port, wrapper=(), **environment):
        self.binary = os.path.abspath(binary)
        self.folder = str(folder)
        self.database = os.path.join(self.folder, "envelope.db")
        self.wrapper = list(wrapper)
        self.log = os.path.join(self.folder, "errors.log")
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": self.folder, "ENVELOPE_DB": self.database,
            "ENVELOPE_SMTP_URL": f"smtp+plain://agent@127.0.0.1:{port}", "ENVELOPE_SMTP_PASSWORD": "not a secret",
            "ENVELOPE_FROM": "Agent <agent@peer.test>", **environment}

    def start(self, *arguments, **environment):
        return Server(self, arguments, environment)

    def run(self, *arguments, timeout=60, **environment):
        """Runs a command to its end: (exit status, standard output). -9 when it did not end in time."""
        with open(self.log, "ab") as errors:
            try:
                done = subprocess.run(
                    self.wrapper + [self.binary, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=errors, env={**self.environment, **environment}, timeout=timeout)
            except subprocess.TimeoutExpired as late:
                return -signal.SIGKILL, (late.stdout or b"").decode()
        return done.returncode, done.stdout.decode()

    def errors(self):
        try:
            with open(self.log, errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def has_drain(self):
        """Whether the binary has `drain`; an older one takes the word for a misplaced argument."""
        if not hasattr(self, "_has_drain"):
            status, output = self.run("drain", "--help")
            self._has_drain = status == 0 and "drain" in output.split("USAGE:")[-1].splitlines()[0]
        return self._has_drain


class Server:
    """A stdio server; calls may be made from any thread, and several may wait at once."""

    def __init__(self, house, arguments=(), environment=None):
        self._errors = open(house.log, "ab")
        self.process = subprocess.Popen(
            house.wrapper + [house.binary, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._errors, env={**house.environment, **(environment or {})})
        self._ids = itertools.count(1)
        self._waiting = {}
        self._lock = threading.Lock()
        # Its own: a long write must not keep the reader from emptying the other pipe.
        self._writing = threading.Lock()
        self._is_over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.tools = None

    @property
    def pid(self):
        return self.process.pid

    def begin(self):
        """The handshake; returns itself."""
        self.request("initialize", {"protocolVersion": "2025-11-25", "capabilities": {},
                                    "clientInfo": {"name": "crash", "version": "1"}}).result(30)
        self._write({"method": "notifications/initialized"})
        return self

    def takes(self, argument):
        """Whether send_email knows the argument."""
        if self.tools is None:
            listed = self.request("tools/list", {}).result(30)["tools"]
            self.tools = {tool["name"]: tool["inputSchema"]["properties"] for tool in listed}
        return argument in self.tools["send_email"]

    def call(self, tool, timeout=90, **arguments):
        """The structured result of a call; `Gone` when the server ended first."""
        return self.begin_call(tool, **arguments).result(timeout)

    def begin_call(self, tool, **arguments):
        """The same as a future."""
        answer = concurrent.futures.Future()

        def unpack(response):
            if response.exception():
                return answer.set_exception(response.exception())
            result = response.result()
            content = result.get("structuredContent", {"error": {"message": json.dumps(result)[:300]}})
            if result.get("isError") and "id" not in content:
                return answer.set_exception(Refused(content))
            answer.set_result(content)

        self.request("tools/call", {"name": tool, "arguments": arguments}).add_done_callback(unpack)
        return answer

    def request(self, method, parameters):
        number, answer = next(self._ids), concurrent.futures.Future()
        with self._lock:
            if not self._is_over:
                self._waiting[number] = answer
            else:
                answer.set_exception(Gone())
        if not answer.done():
            self._write({"id": number, "method": method, "params": parameters})
        return answer

    def _write(self, message):
        octets = (json.dumps({"jsonrpc": "2.0", **message}) + "\n").encode()
        try:
            with self._writing:
                self.process.stdin.write(octets)
                self.process.stdin.flush()
        except (OSError, ValueError):
            pass  # The reader sees the end of its output, and says so to whoever waits.

    def _read(self):
        for line in self.process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                break  # Cut off in the middle of a line.
            with self._lock:
                answer = self._waiting.pop(message.get("id"), None)
            if answer and "result" in message:
                answer.set_result(message["result"])
            elif answer:
                answer.set_exception(Refused({"error": message.get("error")}))
        with self._lock:
            self._is_over = True
            left, self._waiting = self._waiting, {}
        for answer in left.values():
            answer.set_exception(Gone())

    def kill(self):
        """SIGKILL, now."""
        self.process.send_signal(signal.SIGKILL)

    def stop(self, seconds=15):
        """An orderly end: its input is closed. Gives the exit status; -9 when it had to be killed."""
        try:
            with self._writing:
                self.process.stdin.close()
        except OSError:
            pass
        return self.ended(seconds)

    def ended(self, seconds=15):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()
            status = None
        self._reader.join(5)
        self._errors.close()
        return status


def freeze(pid, seconds=5.0):
    """SIGSTOP, and waits until every thread has stopped."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            states = set()
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/stat") as stat:
                    states.add(stat.read().rsplit(")", 1)[1].split()[0])
            if states <= {"T"}:
                return
        except FileNotFoundError:
            pass  # A thread ended while we looked.
        time.sleep(0.001)
    raise TimeoutError(f"process {pid} does not stop")
