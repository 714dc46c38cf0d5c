"""Checks MCP over HTTP with the public client library 2.3.0, in each way that it agrees on a protocol version.

    .venv-mcp2/bin/python http_mcp2_client.py --binary PATH --db PATH [--mode auto|legacy|modern]

Prints one line of JSON, or says what did not match and exits with 1.
"""

from conversation import Answer, converse, expect
from http_conversation import arguments, run
from mcp import Client
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION


async def check(options, url):
    mode = LATEST_MODERN_VERSION if options.mode == "modern" else options.mode
    wanted = LATEST_HANDSHAKE_VERSION if options.mode == "legacy" else LATEST_MODERN_VERSION
    async with Client(url, mode=mode, read_timeout_seconds=30) as client:
        expect(client.protocol_version == wanted, f"the protocol version is {wanted}", client.protocol_version)

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def progress(*_):
            """Asks for progress; how much of it comes is not this check's question."""

        async def call_tool(name, given):
            result = await client.call_tool(name, given, progress_callback=progress)
            texts = [block.text for block in result.content if block.type == "text"]
            return Answer(result.structured_content, texts, result.is_error)

        saw = await converse(list_tools, call_tool)
        return {"mode": options.mode, "protocol": client.protocol_version, **saw}


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0], modes=("auto", "legacy", "modern")), check)
