"""What every MCP client check does with the program, whichever version of the client library carries it.

A check lists the tools, sends to an address that is taken and to one that is refused, tracks both, and lists them.
Each answer is held against the contract; the first that differs ends the check with exit status 1 and says why.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from typing import Any

TOOLS = ["list_sends", "send_email", "track_send"]
SEND_KEYS = {"id", "status", "state", "message_id", "from", "to", "subject", "created_at", "recipients"}
DEADLINE_SECONDS = 60


class Mismatch(Exception):
    """The program did not do what its contract says."""


@dataclass
class Answer:
    """A tool's result in the words of neither library version."""

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
    return parser.parse_args()


def run(check):
    """Runs a check to its end: prints the one line of JSON that it saw, or says what went wrong."""
    try:
        print(json.dumps(asyncio.run(asyncio.wait_for(check, DEADLINE_SECONDS))))
    except TimeoutError:
        sys.exit(f"no end within {DEADLINE_SECONDS} s")
    except Mismatch as mismatch:
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


async def converse(list_tools, call_tool):
    """Runs the conversation over two functions: `list_tools()` → names, `call_tool(name, arguments)` → Answer."""
    tools = await list_tools()
    expect(sorted(tools) == TOOLS, "tools/list names exactly the three tools", tools)

    async def call(name, given):
        answer = await call_tool(name, given)
        expect(isinstance(answer.structured, dict), f"{name} gives structuredContent", answer.structured)
        expect(answer.texts, f"{name} gives a text block")
        try:
            text = json.loads(answer.texts[0])
        except ValueError:
            raise Mismatch(f"{name}: the text block is no JSON: {answer.texts[0][:500]}") from None
        expect(text == answer.structured, f"{name}: the text block is the same JSON as structuredContent", text)
        return answer

    sent = (await send(call, "delivered", "Grüße, one")).structured
    expect(sent["status"] == "sent" and sent["state"] == "accepted", "delivered@ is sent", sent)
    expect(sent.get("sandbox") is True, "a sandbox send is marked as one", sent)
    expect([one["outcome"] for one in sent["recipients"]] == ["accepted"], "its recipient is accepted", sent)

    refusal = await send(call, "rejected", "Grüße, two")
    refused = refusal.structured
    expect(refusal.is_error, "a refused message is isError", refused)
    expect(refused["status"] == "failed" and refused["state"] == "rejected", "rejected@ has failed", refused)
    error = refused["error"]
    expect(error["code"] == "recipient_rejected", "error.code is recipient_rejected", error)
    expect(error["retryable"] is False and error["may_have_been_delivered"] is False, "and final", error)
    expect(error["smtp"]["code"] == 550 and error["smtp"]["enhanced"] == "5.1.1", "with the server's reply", error)
    expect(error["message"] and error["hint"], "with a sentence and a hint", error)

    invalid = await call_tool("send_email", {"to": ["no address"], "subject": "x", "text": "x"})
    expect(invalid.is_error, "an address that is none is isError", invalid.texts)

    for send_id, status in ((sent["id"], "sent"), (refused["id"], "failed")):
        tracked = await call("track_send", {"id": send_id})
        expect(tracked.structured["id"] == send_id, "track_send gives the send asked for", tracked.structured)
        expect(tracked.structured["status"] == status, f"whose status is {status}", tracked.structured)
        kinds = [event["type"] for event in tracked.structured["events"]]
        expect(kinds[0] == "created", "its first event is created", kinds)
        expect(not tracked.is_error, "tracking a failed send is no error of the tool", tracked.structured)

    listed = (await call("list_sends", {"limit": 2})).structured
    expect([one["id"] for one in listed["sends"]] == [refused["id"], sent["id"]], "newest first", listed)

    return {
        "tools": tools, "sent": sent["id"], "status": sent["status"], "refused": refused["id"],
        "error": error["code"], "listed": len(listed["sends"]),
    }


async def send(call, local_part, subject):
    answer = await call("send_email", {
        "to": [f"{local_part}@simulator.test"], "subject": subject, "text": "Hello,\n\nthis is a check.\n",
    })
    missing = SEND_KEYS - answer.structured.keys()
    expect(not missing, f"a send has {', '.join(sorted(missing))}", answer.structured)
    expect(answer.structured["subject"] == subject, "with its subject", answer.structured)
    return answer
