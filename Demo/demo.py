#!/usr/bin/env python3
"""The main job, as an agent does it: starts `envelope --sandbox`, sends, tracks, lists, and is refused once.

Usage: demo.py BINARY. Needs no account and no network; everything happens in a temporary folder.
"""

import json
import subprocess
import sys
import tempfile
import textwrap

WIDTH = 100


class Host:
    """An agent host: it spawns the server and speaks JSON-RPC over its standard streams."""

    def __init__(self, binary, folder):
        self.process = subprocess.Popen(
            [binary, "--sandbox", "--db", folder + "/envelope.db"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.last_id = 0

    def request(self, method, params):
        self.last_id += 1
        self.write({"id": self.last_id, "method": method, "params": params})
        line = self.process.stdout.readline()
        if not line:
            sys.exit("demo: the server ended; its messages are above")
        return json.loads(line)["result"]

    def write(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def call(self, tool, arguments):
        print(f"\n  agent → {tool}")
        show(arguments)
        result = self.request("tools/call", {"name": tool, "arguments": arguments})
        print(f"  {tool} → agent{'   (isError: true)' if result.get('isError') else ''}")
        show(result["structuredContent"])
        return result["structuredContent"]


def show(value):
    for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
        indent = " " * (6 + len(line) - len(line.lstrip()) + 2)
        print(textwrap.fill(line, WIDTH, initial_indent="      ", subsequent_indent=indent,
                            drop_whitespace=False, break_long_words=False, break_on_hyphens=False))


def title(text):
    print(f"\n{'─' * WIDTH}\n{text}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="envelope-demo-") as folder:
        host = Host(sys.argv[1], folder)
        title("1. The host starts `envelope --sandbox` and asks what it can do.")
        info = host.request("initialize", {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "demo", "version": "1"}})
        host.write({"method": "notifications/initialized"})
        print(f"\n  {info['serverInfo']['title']} {info['serverInfo']['version']}: {info['instructions']}\n")
        for tool in host.request("tools/list", {})["tools"]:
            print(textwrap.fill(f"{tool['name']}: {tool['description']}", WIDTH,
                                initial_indent="  ", subsequent_indent="    "))

        title("2. The agent sends a message. The server takes it: `status` is `sent`.")
        sent = host.call("send_email", {
            "to": ["Ada Lovelace <delivered@simulator.test>"], "subject": "Your report",
            "markdown": "Hello Ada,\n\nthe report is **ready**."})

        title("3. It can always ask what happened: every attempt, every reply, every event.")
        host.call("track_send", {"id": sent["id"]})

        title("4. A recipient is refused. The answer says why, in which phase, and what to change.")
        host.call("send_email", {
            "to": ["rejected@simulator.test"], "subject": "Your report", "text": "Hello?"})

        title("5. Everything is on record, also for the next process.")
        host.call("list_sends", {})

        host.process.stdin.close()
        status = host.process.wait(timeout=10)
    title(f"Done (the server ended with status {status}). What to do next:")
    print(f"""
  Try other failures    send to deferred@, slow@, mailbox-full@, unconfirmed@ … at simulator.test:
                        {sys.argv[1]} sandbox --help
  Give it to an agent   put this into the host's mcpServers, and take --sandbox out when it is real:
                        "envelope": {{"command": "{sys.argv[1]}", "args": ["--sandbox"]}}
  Send real mail        set ENVELOPE_SMTP_URL, ENVELOPE_SMTP_PASSWORD and ENVELOPE_FROM: see README.md
""")
    return status


if __name__ == "__main__":
    sys.exit(main())
