"""What the public client libraries do with the everything server, whichever of them carries it.

Each library hands in the same few functions. The client can be asked for everything; what it is asked and told is
kept in a `Heard`.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from everything_http import HTTPServer
from everything_wire import LEGACY, MODERN, P, Wire, faults

SECONDS = 60
WATCHED = "test://watched-resource"


class Mismatch(Exception):
    """The server did not do what the client could rely on."""


@dataclass
class Heard:
    """What reached the client outside of any answer."""

    sampled: list = field(default_factory=list)
    elicited: list = field(default_factory=list)
    rooted: int = 0
    logged: list = field(default_factory=list)
    progress: list = field(default_factory=list)
    updated: asyncio.Event = field(default_factory=asyncio.Event)


def expect(holds, what, saw=None):
    if not holds:
        raise Mismatch(what if saw is None else f"{what}; saw {saw!r}"[:2000])


async def converse(call, prompt, complete, read, log_level, watch, heard):
    """The conversation. `call(name, arguments)` gives (text, is_error) and reports progress into `heard`;
    `log_level(level)` is awaited before logs are wanted; `watch(uri)` is a context that waits for one change in
    `heard.updated`."""
    text, _ = await call("test_simple_text", {})
    expect(text.startswith("This is a simple text"), "a tool answers", text)
    _, is_error = await call("test_error_handling", {})
    expect(is_error, "a tool fails")

    text, _ = await call("test_tool_with_progress", {})
    expect(heard.progress[-3:] == [0, 50, 100], "progress is told", heard.progress)

    text, _ = await call("test_sampling", {"prompt": "Say something"})
    expect(text == "LLM response: sampled" and heard.sampled == ["Say something"], "the client's model is asked", text)
    text, _ = await call("test_elicitation", {"message": "Who are you?"})
    expect("action=accept" in text and "me@example.com" in text, "the person is asked", text)
    expect(heard.elicited == ["Who are you?"], "with the message", heard.elicited)
    text, _ = await call("test_input_required_result_list_roots", {})
    expect(text == "Roots: file:///work" and heard.rooted == 1, "the roots are asked for", text)
    text, _ = await call("test_input_required_result_multi_round", {})
    expect(text == "Alice likes blue.", "a person is asked twice", text)
    text, _ = await call("test_input_required_result_multiple_inputs", {})
    expect(text == "sampled Alice, 1 root(s)", "three things are asked at once", text)

    await log_level("info")
    await call("test_tool_with_logging", {})
    expect(len(heard.logged) == 3, "three messages are logged", heard.logged)

    expect("arg1='a', arg2='b'" in await prompt("test_prompt_with_arguments", {"arg1": "a", "arg2": "b"}), "a prompt")
    expect(await complete("test_prompt_with_arguments", "arg1", "test") == ["test-arg1-one", "test-arg1-two"],
           "its argument is completed")

    before = await read(WATCHED)
    async with watch(WATCHED):
        await call("test_touch_watched_resource", {})
        await asyncio.wait_for(heard.updated.wait(), SECONDS)
    expect(await read(WATCHED) != before, "the resource has changed", before)


def elicit(params, heard):
    """The person's answer: each form gets what its first property is called for."""
    known = {"name": {"name": "Alice"}, "color": {"color": "blue"},
             "username": {"username": "me", "email": "me@example.com"}}
    heard.elicited.append(params.message)
    schema = params.requested_schema if hasattr(params, "requested_schema") else params.requestedSchema
    return known[next(iter(schema["properties"]))]


def arguments(description, modes=()):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--binary", required=True, help="path of the everything server")
    parser.add_argument("--transport", choices=("stdio", "http"), default="stdio")
    if modes:
        parser.add_argument("--mode", choices=modes, default=modes[0])
    return parser.parse_args()


def run(options, check):
    """Runs `check(options, url or command)`; over stdio what the server wrote must fit the protocol's schema."""
    server = record = None
    try:
        with tempfile.TemporaryDirectory() as folder:
            if options.transport == "http":
                server = HTTPServer(options.binary)
                target = f"http://127.0.0.1:{server.port}/mcp"
            else:
                record = folder
                tap = Path(__file__).with_name("tap.py")
                target = (sys.executable, ["-IS", str(tap), folder, options.binary])
            version = asyncio.run(asyncio.wait_for(check(options, target), SECONDS))
            cases = recorded(record) if record else []
            found = faults(cases) if record else []
        if found:
            sys.exit("against the schema: " + "\n".join(found))
        valid = f", {len(cases)} messages valid" if record else ""
        print(f"{options.transport} {version}: everything came as it should{valid}")
    except TimeoutError:
        sys.exit(f"no end within {SECONDS} s")
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        sys.exit(f"{'mismatch: ' if isinstance(error, Mismatch) else 'failed: '}{error!r}")
    finally:
        if server:
            server.close()


def recorded(folder):
    """What the tap wrote down of the server, each message with what it must fit."""
    wire = Wire(LEGACY[0])
    for path in sorted(Path(folder).glob("*.jsonl")):
        asked, revision = {}, LEGACY[0]
        for entry in map(json.loads, path.read_text().splitlines()):
            message = json.loads(entry["line"])
            key = json.dumps(message.get("id"))
            if entry["from"] == "client":
                if "method" in message and "id" in message:
                    meta = (message.get("params") or {}).get("_meta") or {}
                    asked[key] = (message["method"], meta.get(f"{P}protocolVersion"))
                continue
            method, envelope = asked.get(key, (None, None)) if "method" not in message else (None, None)
            if method == "initialize":
                revision = message["result"]["protocolVersion"]
            is_modern = envelope or ("method" in message and any(one for _, one in asked.values()))
            wire.keep(method, message, MODERN if is_modern else revision)
    return wire.cases
