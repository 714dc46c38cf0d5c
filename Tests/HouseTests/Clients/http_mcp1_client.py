"""Checks MCP over HTTP with the public client library 1.30.0, which knows the initialize handshake only.

    .venv-mcp1/bin/python http_mcp1_client.py --binary PATH --db PATH

Prints one line of JSON, or says what did not match and exits with 1.
"""

from datetime import timedelta

from conversation import Answer, converse, expect
from http_conversation import arguments, run
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import LATEST_PROTOCOL_VERSION


async def check(options, url):
    async with (
        streamable_http_client(url) as (incoming, outgoing, _),
        ClientSession(incoming, outgoing, read_timeout_seconds=timedelta(seconds=30)) as session,
    ):
        hello = await session.initialize()
        expect(hello.protocolVersion == LATEST_PROTOCOL_VERSION, "the newest version it knows", hello.protocolVersion)
        await session.send_ping()

        async def list_tools():
            return [tool.name for tool in (await session.list_tools()).tools]

        async def progress(*_):
            """Asks for progress; how much of it comes is not this check's question."""

        async def call_tool(name, given):
            result = await session.call_tool(name, given, progress_callback=progress)
            texts = [block.text for block in result.content if block.type == "text"]
            return Answer(result.structuredContent, texts, result.isError)

        saw = await converse(list_tools, call_tool)
        return {"mode": "legacy", "protocol": hello.protocolVersion, **saw}


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check)
