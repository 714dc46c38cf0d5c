"""Checks with the public MCP client library 2.3.0 that a person is asked, and that only a yes sends.

    .venv-mcp2/bin/python approval_client.py --binary PATH --db PATH [--mode auto|legacy]

The program runs with `--approve all`. The library shows each question to `Person`, who answers as the recipient's
address says. Another process (the command line) approves what was left open, and this client, which watches that send,
hears of it. Prints one line of JSON, or says what did not match and exits with 1.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import record_check
from conversation import LEGACY, MODERN, Mismatch, arguments, expect, leaf
from mcp import Client, StdioServerParameters
from mcp.types import ElicitResult
from mcp_types.version import LATEST_MODERN_VERSION

ANSWERS = {
    "yes": ElicitResult(action="accept", content={"decision": "send"}),
    "no": ElicitResult(action="accept", content={"decision": "do_not_send"}),
    "decline": ElicitResult(action="decline"),
    "cancel": ElicitResult(action="cancel"),
}
STATES = {"yes": "accepted", "no": "denied", "decline": "denied", "cancel": "held"}


class Person:
    def __init__(self):
        self.asked = []

    async def answer(self, context, params):
        self.asked.append(params.message)
        name = next(name for name in ANSWERS if f"To: {name}@simulator.test" in params.message)
        return ANSWERS[name]


async def check(options):
    person = Person()
    server = StdioServerParameters(command=options.command, args=options.args + ["--approve", "all"])
    heard = asyncio.Event()

    async def on_message(message):
        if "resources/updated" in str(getattr(message, "method", "")) or "ResourceUpdated" in type(message).__name__:
            heard.set()

    async with Client(
        server, mode=options.mode, read_timeout_seconds=60, elicitation_callback=person.answer,
        message_handler=on_message,
    ) as client:
        modern = client.protocol_version == LATEST_MODERN_VERSION
        expect(modern == (options.mode != "legacy"), "the era is the one asked for", client.protocol_version)
        stages = []

        async def progress(value, total, message):
            stages.append(message)

        saw = {}
        for number, (name, state) in enumerate(STATES.items(), 1):
            result = await client.call_tool(
                "send_email",
                {"to": [f"{name}@simulator.test"], "subject": "Grüße, one", "text": "this is a check.",
                 "wait_seconds": 20}, progress_callback=progress)
            send = result.structured_content
            expect(len(person.asked) == number, "the person is asked once for each send", person.asked)
            expect("Subject: Grüße, one" in person.asked[-1], "and shown the envelope", person.asked[-1])
            expect(send["state"] == state, f"the answer {name} makes it {state}", send)
            expect(not result.is_error, "a person's answer is no error", send)
            saw[name] = send
        expect("Accepted by the server" in stages and "Sending the message" in stages, "progress is told", stages)

        uri = f"envelope://sends/{saw['cancel']['id']}"
        if modern:
            async with client.listen(resource_subscriptions=[uri]) as subscription:
                await approve(options, saw["cancel"]["id"])
                async for event in subscription:
                    expect(getattr(event, "uri", uri) == uri, "the change is the watched send's", event)
                    break
        else:
            await client.subscribe_resource(uri)
            await approve(options, saw["cancel"]["id"])
            await asyncio.wait_for(heard.wait(), 30)
            await client.unsubscribe_resource(uri)
        contents = (await client.read_resource(uri)).contents
        record = json.loads(contents[0].text)
        expect(record["status"] == "sent", "what was approved elsewhere is sent", record)
        expect([event["type"] for event in record["events"]].count("approved") == 1, "by one yes", record["events"])
        listed = (await client.list_resources()).resources
        expect(len(listed) == len(STATES), "each send is a resource", listed)
        prompt = await client.get_prompt("explain_failed_send", {"id": saw["no"]["id"]})
        expect("did not approve" in prompt.messages[-1].content.resource.text, "the prompt holds the record", prompt)
        return {"mode": options.mode, "protocol": client.protocol_version, "asked": len(person.asked)}


async def approve(options, send_id):
    """A person on the command line, in a process of its own, with the same sandbox account."""
    done = await asyncio.to_thread(
        subprocess.run, [options.binary, "approve", send_id, "--yes", "--sandbox", "--db", options.db, "--json"],
        capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0, "envelope approve sends it", done.stdout + done.stderr)


def main():
    options = arguments(__doc__.splitlines()[0], modes=("auto", "legacy"))
    try:
        saw = asyncio.run(asyncio.wait_for(check(options), 120))
        files = sorted(Path(options.db + ".sandbox").glob("*.eml"))
        expect(len(files) == 2, "two yeses, two messages", [file.name for file in files])
        record = record_check.check(options.record)
        wanted = LEGACY if options.mode == "legacy" else MODERN
        expect(set(record["messages"]) == {wanted}, f"every message is of {wanted}", record)
        print(json.dumps({**saw, "record": record}))
    except (Mismatch, record_check.BadRecord, TimeoutError) as mismatch:
        sys.exit(f"mismatch: {mismatch!r}")
    except BaseExceptionGroup as group:
        sys.exit(f"mismatch: {leaf(group)!r}")


if __name__ == "__main__":
    main()
