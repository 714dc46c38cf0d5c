"""Measures the protocol engine: pipelined tools/list against the Python library's server, and a large line's memory.

    python3 Benchmarks/mcp_bench.py .build/release/envelope

Both servers hold the same three tools and answer the same 10,000 requests, written without waiting for answers, in
rounds by turns; the figure is the median. The memory is the kernel's high-water mark (VmHWM) of a process that was
sent 10 MiB of attachment in one line, less what it held when idle. Exits with 0 whatever the figures say, and with 2
when something could not be measured.
"""

import argparse
import base64
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from envelope_server import Server
from figures import Figure, against, show
from line_peer import Broken, LinePeer
from sink import Sink, build

HERE = Path(__file__).resolve().parent
REQUESTS = 10_000
ATTACHMENT_MEBIBYTES = 10
IDLE_SECONDS = 0.2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=Path, help="path of the release binary")
    parser.add_argument("--python", type=Path, default=HERE.parent / ".venv-bench/bin/python",
                        help="Python with the MCP library; Benchmarks/install.sh makes the default one")
    parser.add_argument("--rounds", type=int, default=3, help="of 10,000 requests to each server")
    options = parser.parse_args()
    for path in (options.binary, options.python):
        if not os.access(path, os.X_OK):
            print(f"mcp: {path} is not there; run make release and Benchmarks/install.sh", file=sys.stderr)
            sys.exit(2)
    try:
        with tempfile.TemporaryDirectory(prefix="envelope-bench-") as folder:
            figures = [listing(options, Path(folder)), *memory(options, Path(folder))]
    except Broken as reason:
        print(f"mcp: {reason}", file=sys.stderr)
        sys.exit(2)
    show(figures)
    for figure in figures:
        print(f"{figure.name}: {'met' if figure.passes else 'not met'}")


def envelope(options, folder, name, url=None):
    """The program on a database of its own; without a server's URL in the sandbox, which is in the same process."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    account = ["--smtp-url", url, "--from", "agent@example.com"] if url else ["--sandbox"]
    return Server([str(options.binary.resolve()), *account, "--db", str(folder / f"{name}.db")], environment)


def listing(options, folder):
    """10,000 tools/list in one process, each server by turns."""
    tools = folder / "tools.json"
    with envelope(options, folder, "schema") as ours:
        LinePeer.open_session(ours)
        tools.write_text(json.dumps(ours.request("tools/list")["tools"]))

    def python():
        # Not resolved: a virtual environment's interpreter is a link, and its own path is what makes it one.
        return Server([str(options.python.absolute()), str(HERE / "mcp_yardstick.py"), str(tools)],
                      {"PATH": os.environ["PATH"], "HOME": str(folder)})

    rates = {"ours": [], "theirs": []}
    answers = {}
    for turn in range(options.rounds):
        print(f"mcp: {REQUESTS:,} pipelined tools/list, round {turn + 1} of {options.rounds}", file=sys.stderr)
        for name, spawn in (("ours", lambda: envelope(options, folder, "listing")), ("theirs", python)):
            with spawn() as server:
                LinePeer.open_session(server)
                lines = [server.line("tools/list") for _ in range(REQUESTS)]
                # All of them may be under way: what bounds the queue is the pipes and the server's own back-pressure.
                seconds, received = server.load(lines, in_flight=REQUESTS)
            answers[name] = check(name, received)
            rates[name].append(REQUESTS / seconds)
    if answers["ours"] != answers["theirs"]:
        raise Broken("the two servers did not list the same tools")
    return against("pipelined tools/list", "/s", rates["ours"], "Python", rates["theirs"], ratio_at_least=20)


def check(name, answers):
    """Every request has an answer of its own, and all list the same; gives the tools by name."""
    messages = [json.loads(answer) for answer in answers]
    if len({message["id"] for message in messages}) != REQUESTS:
        raise Broken(f"{name}: {len(messages)} answers for {REQUESTS} requests")
    lists = {json.dumps(message.get("result", {}).get("tools"), sort_keys=True) for message in messages}
    if len(lists) != 1:
        raise Broken(f"{name}: the answers differ")
    return {tool["name"]: tool["inputSchema"] for tool in json.loads(lists.pop())}


def memory(options, folder):
    """Peak less idle memory of a trial and of two sends, with 10 MiB attached in one line."""
    octets = random.Random(7).randbytes(ATTACHMENT_MEBIBYTES << 20)
    attachment = {"filename": "ten.bin", "content_base64": base64.b64encode(octets).decode()}
    figures = []
    with Sink(build(folder), folder) as sink:
        for name, url, more in (
            ("dry_run", None, {"dry_run": True}), ("send", sink.url, {"wait_seconds": 30}),
            ("send, its sandbox included", None, {"wait_seconds": 30}),
        ):
            print(f"mcp: {ATTACHMENT_MEBIBYTES} MiB in one line, {name}", file=sys.stderr)
            figures.append(one_line(options, folder, name, url, attachment, more))
        if sink.count() != 1:
            raise Broken(f"the server took {sink.count()} messages")
    return figures


def one_line(options, folder, name, url, attachment, more):
    with envelope(options, folder, name.split(",")[0] + ("-url" if url else ""), url) as server:
        LinePeer.open_session(server)
        time.sleep(IDLE_SECONDS)
        idle = server.resident_mebibytes()
        line = server.line("tools/call", {"name": "send_email", "arguments": {
            "to": ["delivered@simulator.test"], "subject": "Ten", "text": "Attached.", "attachments": [attachment],
            **more}})
        seconds, answer = exchange(server, line)
        result = json.loads(answer).get("result", {"isError": True})
        if result.get("isError"):
            raise Broken(f"{name}: {answer[:500]}")
        if "dry_run" not in more and result["structuredContent"]["status"] != "sent":
            raise Broken(f"{name}: {json.dumps(result['structuredContent'])[:500]}")
        peak = high_water(server.pid)
    return Figure(
        f"memory of {ATTACHMENT_MEBIBYTES} MiB, {name}", "MiB", peak - idle, float(ATTACHMENT_MEBIBYTES), "attachment",
        ratio_at_most=5, note=f"{idle:.1f} MiB idle, {peak:.1f} MiB at the peak, answered in {seconds:.2f} s")


def exchange(server, line):
    """Writes one large line and reads its answer; no slice of it is copied, which would cost more than the server."""
    rest = memoryview(line)
    begin = time.perf_counter()
    while rest:
        rest = rest[os.write(server.to_child, rest):]
    answer = server.exchange(b"")
    return time.perf_counter() - begin, answer


def high_water(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    raise Broken("the process has no VmHWM")


if __name__ == "__main__":
    main()
