"""Checks with mcp-groundtruth 0.3.0 that the tools' annotations tell the truth: it calls each and looks at the disk.

    .venv-groundtruth/bin/python groundtruth_check.py --binary PATH --db PATH

The program first fills a record with one send of each kind. From that, two definitions are written: one for the tools
that declare to read only, where nothing at all may differ afterwards, and one for the tools that write, where ids and
times are masked. Its record, its home and, while it only reads, the sandbox's inbox are observed. Each verdict has to
be the one named here; prints one line of JSON, or says what did not match and exits with 1.
"""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from conversation import arguments

RUNS, CONCURRENT_ATTEMPTS = 3, 3
PATIENCE_SECONDS = 240
TOOLS = ["cancel_send", "list_sends", "send_email", "track_send"]
PASS, PERMISSIVE, SUPERSEDED = "PASS", "NOT_APPLICABLE:PERMISSIVE_DECLARATION", "NOT_APPLICABLE:SUPERSEDED_BY_READ_ONLY"
TESTS = ("sequential_idempotence", "concurrent_idempotence", "read_only", "destructive")
EXPECTED = {verdict.partition(":")[2] for verdict in (PERMISSIVE, SUPERSEDED)}
READS = dict(zip(TESTS, (SUPERSEDED, SUPERSEDED, PASS, SUPERSEDED)))
# send_email may not lose or change what was there; cancel_send may, but a second call must change nothing more.
SENDS = dict(zip(TESTS, (PERMISSIVE, PERMISSIVE, PERMISSIVE, PASS)))
CANCELS = dict(zip(TESTS, (PASS, PASS, PERMISSIVE, PERMISSIVE)))
# What differs from run to run: ids, times, and texts that hold one of them.
VOLATILE = re.compile(r"(.*_)?(id|at)|send|number|owner|octets|reply_text|conversation|detail")


class Failed(Exception):
    pass


def main():
    options = arguments(__doc__.splitlines()[0])
    base = Path(options.db).resolve().parent
    ids = fill(options.binary, base / "seed", options.db)
    # The harness waits 10 s for an answer; a busy machine may need more than the default to settle a send.
    message = {"to": ["delivered@simulator.test"], "text": "Hello.\n", "wait_seconds": 8}
    matched = judge(options.binary, base, "reading", {
        ("track_send", "sent"): ({"id": ids["sent"]}, READS),
        ("track_send", "failed"): ({"id": ids["failed"]}, READS),
        ("track_send", "waiting"): ({"id": ids["scheduled"], "wait_seconds": 1}, READS),
        ("list_sends", "all"): ({}, READS),
        ("list_sends", "some"): ({"status": "sent", "to": "delivered@simulator.test", "limit": 1}, READS),
    }, masked=False)
    matched |= judge(options.binary, base, "writing", {
        ("send_email", "new"): ({**message, "subject": "New"}, SENDS),
        ("send_email", "duplicate"): ({**message, "subject": "Seed", "allow_duplicate": True}, SENDS),
        ("send_email", "trial"): ({**message, "subject": "Trial", "dry_run": True}, SENDS),
        ("send_email", "refused"): ({**message, "to": ["rejected@simulator.test"], "subject": "No"}, SENDS),
        ("cancel_send", "scheduled"): ({"id": ids["scheduled"]}, CANCELS),
    }, masked=True)
    print(json.dumps(matched))


def fill(binary, home, database):
    """A record with a sent, a failed and a scheduled send, as `seed.sql` and `tree` in `home`; gives their ids."""
    home.mkdir()
    program = subprocess.Popen(
        [binary, "--sandbox", "--db", database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(number, method, params):
        program.stdin.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n")
        program.stdin.flush()
        answer = json.loads(program.stdout.readline())
        if "result" not in answer:
            raise Failed(f"{method}: {answer}")
        return answer["result"]

    ask(0, "initialize", {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "check", "version": "1"}})
    ids = {}
    for number, (kind, status, local_part, more) in enumerate([
        ("sent", "sent", "delivered", {}), ("failed", "failed", "rejected", {}),
        ("scheduled", "queued", "delivered", {"send_at": in_a_month()}),
    ], start=1):
        send = ask(number, "tools/call", {"name": "send_email", "arguments": {
            "to": [f"{local_part}@simulator.test"], "subject": "Seed", "text": "Hello.\n", "allow_duplicate": True,
            "wait_seconds": 20, **more}})["structuredContent"]
        if send.get("status") != status:
            raise Failed(f"the seed's {kind} send: {send}")
        ids[kind] = send["id"]
    program.stdin.close()
    program.stdout.close()
    if program.wait(timeout=10) != 0:
        raise Failed("the program did not end well")

    reader = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    pragmas = [f"PRAGMA {name} = {reader.execute(f'PRAGMA {name}').fetchone()[0]};"
               for name in ("journal_mode", "user_version", "application_id")]
    (home / "seed.sql").write_text("\n".join([*pragmas, *reader.iterdump()]) + "\n")
    reader.close()
    tree = home / "tree"
    (tree / "home").mkdir(parents=True)
    for folder in Path(database).parent.glob(Path(database).name + ".*"):
        if folder.suffix != ".record":
            shutil.copytree(folder, tree / ("envelope.db" + folder.suffix))
    return ids


def in_a_month():
    return (datetime.now(timezone.utc) + timedelta(days=30)).isoformat(timespec="seconds")


def judge(binary, base, name, tools, masked):
    """Runs the harness over these tools; gives the verdict of each test, which are all as expected."""
    folder = base / name
    shutil.copytree(base / "seed", folder)
    (folder / "fixture.toml").write_text(definition(binary, name, tools, tables(folder / "seed.sql"), masked))
    found = subprocess.run(
        [str(Path(sys.executable).with_name("mcpgt")), "run", str(folder), "--runs", str(RUNS),
         "--concurrent-attempts", str(CONCURRENT_ATTEMPTS), "--runs-dir", str(folder / "runs")],
        capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    reports = sorted((folder / "runs").glob("*/report.json"))
    report = json.loads(reports[-1].read_text()) if reports else {"tools": []}
    if found.returncode != 0:
        issues = {f"{tool['tool']}: {issue['detail']}" for tool in report["tools"]
                  for verdict in tool["verdicts"] for issue in verdict["issues"] if issue["reason"] not in EXPECTED}
        raise Failed("\n".join([
            f"mcpgt {name}: status {found.returncode}", found.stdout[-6000:], found.stderr[-2000:], *sorted(issues)]))
    # The harness compares what it ran; that it ran all of it is this check's own promise.
    expectations, untested = report["expectations"], set(TOOLS) - {tool for tool, _ in tools}
    if expectations["checked"] != len(tools) * len(TESTS) or expectations["mismatches"] or expectations["not_run"]:
        raise Failed(f"mcpgt {name}: {expectations}")
    if set(report["untested_tools"]) != untested:
        raise Failed(f"mcpgt {name}: it left out {report['untested_tools']}")
    return {name: expectations["matched"]}


def definition(binary, name, tools, columns, masked):
    # The inbox is the mail server's and the owners are the locks of living processes: a tool that writes may change
    # both. A write-ahead log beside the database is a part of it.
    folders = ["home"] if masked else ["home", "envelope.db.sandbox", "envelope.db.owners"]
    text = f"""\
[fixture]
name = "{name}"
command = ["{binary}", "--sandbox", "--tools", "{",".join(TOOLS)}"]
env = {{ ENVELOPE_DB = "{{state}}/envelope.db", HOME = "{{state}}/home", TMPDIR = "{{state}}/home" }}

[state]
locations = {json.dumps(["sqlite:envelope.db", *(f"fs:{folder}" for folder in folders)])}

[[adapters]]
kind = "sqlite"
label = "envelope.db"
seed = "seed.sql"
business = {json.dumps([table for table in columns if table != "events"])}
append_only = ["events"]
mask = [{masks(columns) if masked else ""}]
"""
    for folder in folders:
        text += f'\n[[adapters]]\nkind = "fs"\nlabel = "{folder}"\nseed = "tree/{folder}"\nmodes = true\n'
    for (tool, variant), (given, expected) in tools.items():
        text += f'\n[[tools]]\nname = "{tool}"\nvariant = "{variant}"\narguments = {inline(given)}\n'
        for test, verdict in expected.items():
            text += f'[tools.expected.{test}]\nverdict = "{verdict}"\n'
    return text


def tables(seed):
    """The columns of each table."""
    database = sqlite3.connect(":memory:")
    database.executescript(seed.read_text())
    names = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in names}


def masks(columns):
    return ", ".join(
        f'{{ region = "{table}", column = "{column}", kind = "random_token" }}'
        for table, names in columns.items() for column in names if VOLATILE.fullmatch(column))


def inline(value):
    """A value as TOML, which is JSON but for its tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {inline(one)}" for key, one in value.items()) + " }"
    return json.dumps(value)


if __name__ == "__main__":
    try:
        main()
    except (Failed, subprocess.TimeoutExpired) as error:
        sys.exit(f"failed: {error}")
