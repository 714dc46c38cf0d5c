"""A child process that answers lines, at the least cost Python allows: posix_spawn, os.write, os.read."""

import json
import os
import select
import signal
import time

PATIENCE_SECONDS = 30


class Broken(Exception):
    """The child ended, answered with an error, or did not answer."""


class LinePeer:
    def __init__(self, command, environment):
        child_in, self.to_child = os.pipe()
        self.from_child, child_out = os.pipe()
        self.pid = os.posix_spawn(command[0], command, environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, child_in, 0), (os.POSIX_SPAWN_DUP2, child_out, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)])
        os.close(child_in)
        os.close(child_out)
        self.command = command
        self.received = b""
        self.next_id = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Closes its stdin and waits for its end; a child that does not end in time is killed."""
        os.close(self.to_child)
        deadline = time.monotonic() + 5
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            time.sleep(0.001)
        os.close(self.from_child)

    def exchange(self, line):
        """Sends one line and gives the next line that comes back."""
        os.write(self.to_child, line)
        while True:
            answer, found, rest = self.received.partition(b"\n")
            if found:
                self.received = rest
                return answer
            chunk = os.read(self.from_child, 1 << 16)
            if not chunk:
                raise Broken(f"{self.command[0]} ended")
            self.received += chunk

    def request(self, method, parameters=None):
        """Makes one JSON-RPC request and gives its result."""
        line = self.line(method, parameters)
        # Only here, not in the timed exchange: a silent child must not hang a benchmark for ever.
        os.write(self.to_child, line)
        while True:
            while b"\n" not in self.received:
                if not select.select([self.from_child], [], [], PATIENCE_SECONDS)[0]:
                    raise Broken(f"{self.command[0]} did not answer {method}")
                chunk = os.read(self.from_child, 1 << 16)
                if not chunk:
                    raise Broken(f"{self.command[0]} ended at {method}")
                self.received += chunk
            answer, _, self.received = self.received.partition(b"\n")
            message = json.loads(answer)
            if message.get("id") != self.next_id:
                continue
            if "result" not in message:
                raise Broken(f"{self.command[0]} refused {method}: {message.get('error')}")
            return message["result"]

    def line(self, method, parameters=None):
        """One JSON-RPC request with an id of its own, ready to be sent."""
        self.next_id += 1
        message = {"jsonrpc": "2.0", "id": self.next_id, "method": method}
        if parameters is not None:
            message["params"] = parameters
        return json.dumps(message, separators=(",", ":")).encode() + b"\n"

    def open_session(self):
        """The initialize handshake, and the list of tools: what every client does first."""
        self.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"}})
        os.write(self.to_child, b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
        return [tool["name"] for tool in self.request("tools/list")["tools"]]

    def call(self, tool, arguments):
        return self.request("tools/call", {"name": tool, "arguments": arguments})

    def resident_mebibytes(self):
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise Broken(f"{self.command[0]} has no VmRSS")
