"""Drives the everything server with the public MCP client library 2.3.0.

    .venv-mcp2/bin/python everything_mcp2.py --binary PATH [--transport stdio|http] [--mode auto|legacy|modern]
"""

import asyncio
from contextlib import asynccontextmanager

import mcp_types as types
from everything_client import Heard, arguments, converse, elicit, expect, run
from mcp import Client, StdioServerParameters
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION


async def check(options, target):
    heard = Heard()
    server = target if isinstance(target, str) else StdioServerParameters(command=target[0], args=target[1])
    mode = LATEST_MODERN_VERSION if options.mode == "modern" else options.mode

    async def sample(_, params):
        heard.sampled.append(params.messages[0].content.text)
        return types.CreateMessageResult(
            role="assistant", content=types.TextContent(type="text", text="sampled"), model="none")

    async def ask(_, params):
        return types.ElicitResult(action="accept", content=elicit(params, heard))

    async def roots(_):
        heard.rooted += 1
        return types.ListRootsResult(roots=[types.Root(uri="file:///work")])

    async def log(params):
        heard.logged.append(params.data)

    async def hear(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            heard.updated.set()

    async def progress(value, *_):
        heard.progress.append(value)

    async with Client(
        server, mode=mode, read_timeout_seconds=30, sampling_callback=sample, elicitation_callback=ask,
        list_roots_callback=roots, logging_callback=log, message_handler=hear, log_level="info",
    ) as client:
        version = client.protocol_version
        is_modern = version == LATEST_MODERN_VERSION
        wanted = LATEST_HANDSHAKE_VERSION if options.mode == "legacy" else LATEST_MODERN_VERSION
        expect(version == wanted, f"the protocol version is {wanted}", version)

        async def call(name, given):
            result = await client.call_tool(name, given, progress_callback=progress)
            return result.content[0].text, result.is_error

        async def prompt(name, given):
            return (await client.get_prompt(name, given)).messages[0].content.text

        async def complete(name, argument, value):
            reference = types.PromptReference(type="ref/prompt", name=name)
            return (await client.complete(reference, {"name": argument, "value": value})).completion.values

        async def read(uri):
            return (await client.read_resource(uri)).contents[0].text

        async def log_level(level):
            if not is_modern:
                await client.set_logging_level(level)

        @asynccontextmanager
        async def watch(uri):
            if not is_modern:
                await client.subscribe_resource(uri)
                yield
                await client.unsubscribe_resource(uri)
                return
            async with client.listen(resource_subscriptions=[uri]) as subscription:
                expect(list(subscription.honored.resource_subscriptions) == [uri], "the subscription is honoured")

                async def first():
                    async for _ in subscription:
                        heard.updated.set()
                        return

                waiting = asyncio.create_task(first())
                yield
                await waiting

        await converse(call, prompt, complete, read, log_level, watch, heard)
        tools = {tool.name for tool in (await client.list_tools()).tools}
        expect("json_schema_2020_12_tool" in tools, "the list is read", tools)
        return version


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0], modes=("auto", "legacy", "modern")), check)
