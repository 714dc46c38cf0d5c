"""What every MCP client check does with the program, whichever client library carries it.

A check lists the tools, sends to an address that is taken, to one that the server refuses and to one that is none,
tracks the first two, and lists them. Each answer is held against the contract. Afterwards the sandbox must hold the
one message that was taken, and every line that the program wrote must fit the protocol's schema. The first thing that
differs ends the check with exit status 1 and says why.
"""

import argparse
import asyncio
import email
import email.policy
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import record_check

TOOLS = ["list_sends", "send_email", "track_send"]
SEND_KEYS = {"id", "status", "state", "message_id", "from", "to", "subject", "created_at", "recipients"}
SUBJECTS = ("Grüße, one", "Grüße, two")
CALLS = 6
DEADLINE_SECONDS = 120
LEGACY, MODERN = record_check.NEWEST_LEGACY, record_check.MODERN


class Mismatch(Exception):
    """The program did not do what its contract says."""


@dataclass
class Answer:
    """A tool's result in the words of no library; `structured` is nothing where the library hands on the text only."""

    structured: Any
    texts: list[str]
    is_error: bool


def expect(holds, what, saw=None):
    if not holds:
        raise Mismatch(what if saw is None else f"{what}; saw {json.dumps(saw, default=str)[:2000]}")


def arguments(description, modes=()):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", required=True, help="path of the envelope program")
    parser.add_argument("--db", required=True, help="path of the database to use")
    if modes:
        parser.add_argument("--mode", choices=modes, default=modes[0], help="how to agree on the protocol version")
    options = parser.parse_args()
    options.record = Path(options.db + ".record")
    options.record.mkdir()
    # The program behind the tap. Client libraries hand on an environment of their own choice, so nothing relies on it.
    options.command = sys.executable
    options.args = [
        "-IS", str(Path(__file__).with_name("tap.py")), str(options.record), options.binary, "--sandbox",
        "--db", options.db]
    return options


def run(options, check, revision):
    """Runs a check to its end and looks at what it left: prints one line of JSON, or says what went wrong.

    `revision` is the protocol revision that this client has to end up with.
    """
    try:
        saw = asyncio.run(asyncio.wait_for(check(options), DEADLINE_SECONDS))
        look_into_sandbox(Path(options.db + ".sandbox"), saw)
        record = record_check.check(options.record)
        expect(set(record["messages"]) == {revision}, f"every message is of {revision}", record)
        expect(record["answered"]["tools/list"] >= 1, "tools/list went over the wire", record)
        expect(record["answered"]["tools/call"] == CALLS, f"{CALLS} calls went over the wire", record)
        print(json.dumps({**saw, "record": record}))
    except TimeoutError:
        sys.exit(f"no end within {DEADLINE_SECONDS} s")
    except (Mismatch, record_check.BadRecord) as mismatch:
        sys.exit(f"mismatch: {mismatch}")
    except BaseExceptionGroup as group:
        # The libraries' task groups wrap what went wrong inside them.
        mismatch, _ = group.split(Mismatch)
        sys.exit(f"mismatch: {leaf(mismatch)}" if mismatch else f"failed: {leaf(group)!r}")
    except Exception as error:
        sys.exit(f"failed: {error!r}")


def leaf(error):
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def converse(list_tools, call_tool, structured=True):
    """Runs the conversation over two functions: `list_tools()` → names, `call_tool(name, arguments)` → Answer.

    With `structured` the library must hand on structuredContent; without it, the text block is all that it gives.
    """
    tools = await list_tools()
    expect(sorted(tools) == TOOLS, "tools/list names exactly the three tools", tools)

    async def call(name, given):
        answer = await call_tool(name, given)
        expect(answer.texts, f"{name} gives a text block")
        try:
            text = json.loads(answer.texts[0])
        except ValueError:
            raise Mismatch(f"{name}: the text block is no JSON: {answer.texts[0][:500]}") from None
        if structured or answer.structured is not None:
            expect(text == answer.structured, f"{name}: structuredContent is the same JSON as the text block",
                   answer.structured)
        expect(isinstance(text, dict), f"{name} gives an object", text)
        return Answer(text, answer.texts, answer.is_error)

    sending = await send(call, "delivered", SUBJECTS[0])
    sent = sending.structured
    expect(not sending.is_error, "a sent message is no error", sent)
    expect(sent["status"] == "sent" and sent["state"] == "accepted", "delivered@ is sent", sent)
    expect(sent.get("sandbox") is True, "a sandbox send is marked as one", sent)
    expect([one["outcome"] for one in sent["recipients"]] == ["accepted"], "its recipient is accepted", sent)

    refusal = await send(call, "rejected", SUBJECTS[1])
    refused = refusal.structured
    expect(refusal.is_error, "a refused message is isError", refused)
    expect(refused["status"] == "failed" and refused["state"] == "rejected", "rejected@ has failed", refused)
    error = refused["error"]
    expect(error["code"] == "recipient_rejected", "error.code is recipient_rejected", error)
    expect(error["retryable"] is False and error["may_have_been_delivered"] is False, "and final", error)
    expect(error["smtp"]["code"] == 550 and error["smtp"]["enhanced"] == "5.1.1", "with the server's reply", error)
    expect(error["message"] and error["hint"], "with a sentence and a hint", error)

    invalid = await call("send_email", {"to": ["no address"], "subject": "x", "text": "x"})
    expect(invalid.is_error, "an address that is none is isError", invalid.texts)
    fault = invalid.structured["error"]
    expect(fault["code"] == "invalid_address" and fault["field"] == "to[0]", "and names its field", fault)
    expect("id" not in invalid.structured, "and nothing is stored", invalid.structured)

    for send_id, status in ((sent["id"], "sent"), (refused["id"], "failed")):
        tracked = await call("track_send", {"id": send_id})
        expect(tracked.structured["id"] == send_id, "track_send gives the send asked for", tracked.structured)
        expect(tracked.structured["status"] == status, f"whose status is {status}", tracked.structured)
        kinds = [event["type"] for event in tracked.structured["events"]]
        expect(kinds[0] == "created", "its first event is created", kinds)
        expect(not tracked.is_error, "tracking a failed send is no error of the tool", tracked.structured)

    listed = (await call("list_sends", {"limit": 200})).structured
    expect([one["id"] for one in listed["sends"]] == [refused["id"], sent["id"]], "both, newest first", listed)

    return {
        "tools": tools, "sent": sent["id"], "status": sent["status"], "message_id": sent["message_id"],
        "refused": refused["id"], "error": error["code"], "listed": len(listed["sends"]),
    }


async def send(call, local_part, subject):
    answer = await call("send_email", {
        "to": [f"{local_part}@simulator.test"], "subject": subject, "text": "Hello,\n\nthis is a check.\n",
        "wait_seconds": 20,
    })
    missing = SEND_KEYS - answer.structured.keys()
    expect(not missing, f"a send has {', '.join(sorted(missing))}", answer.structured)
    expect(answer.structured["subject"] == subject, "with its subject", answer.structured)
    return answer


def look_into_sandbox(folder, saw):
    """The server has the message that was sent, and no other."""
    files = sorted(folder.glob("*.eml"))
    expect(len(files) == 1, "the sandbox took one message", [file.name for file in files])
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    expect(message["Message-ID"] == saw["message_id"], "it is the one that was sent", message["Message-ID"])
    expect(message["Subject"] == SUBJECTS[0], "with its subject", message["Subject"])
    expect(message["Delivered-To"] == "delivered@simulator.test", "for its recipient", message["Delivered-To"])
    expect("this is a check." in message.get_content(), "with its text", message.get_content())
