"""Drives the everything server with the public MCP client library 1.30.0, which knows the legacy era alone.

    .venv-mcp1/bin/python everything_mcp1.py --binary PATH [--transport stdio|http]
"""

from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from everything_client import Heard, arguments, converse, elicit, expect, run
from mcp import ClientSession, StdioServerParameters, types
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


async def check(options, target):
    heard = Heard()

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
        if isinstance(message, types.ServerNotification) and isinstance(
                message.root, types.ResourceUpdatedNotification):
            heard.updated.set()

    async def progress(value, *_):
        heard.progress.append(value)

    async with AsyncExitStack() as stack:
        if isinstance(target, str):
            transport = streamable_http_client(target)
        else:
            transport = stdio_client(StdioServerParameters(command=target[0], args=target[1]))
        streams = await stack.enter_async_context(transport)
        session = await stack.enter_async_context(ClientSession(
            streams[0], streams[1], read_timeout_seconds=timedelta(seconds=30), sampling_callback=sample,
            elicitation_callback=ask, list_roots_callback=roots, logging_callback=log, message_handler=hear))
        version = (await session.initialize()).protocolVersion
        expect(version == types.LATEST_PROTOCOL_VERSION, "the newest version that it knows", version)

        async def call(name, given):
            result = await session.call_tool(name, given, progress_callback=progress)
            return result.content[0].text, result.isError

        async def prompt(name, given):
            return (await session.get_prompt(name, given)).messages[0].content.text

        async def complete(name, argument, value):
            reference = types.PromptReference(type="ref/prompt", name=name)
            return (await session.complete(reference, {"name": argument, "value": value})).completion.values

        async def read(uri):
            return (await session.read_resource(types.AnyUrl(uri))).contents[0].text

        @asynccontextmanager
        async def watch(uri):
            await session.subscribe_resource(types.AnyUrl(uri))
            yield
            await session.unsubscribe_resource(types.AnyUrl(uri))

        await converse(call, prompt, complete, read, session.set_logging_level, watch, heard)
        tools = {tool.name for tool in (await session.list_tools()).tools}
        expect("json_schema_2020_12_tool" in tools, "the list is read", tools)
        return version


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check)
