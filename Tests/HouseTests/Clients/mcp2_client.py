"""Checks the program with the public MCP client library 2.3.0, in each way that it agrees on a protocol version.

    .venv-mcp2/bin/python mcp2_client.py --binary PATH --db PATH [--mode auto|legacy|modern]

`auto` asks `server/discover` first, `legacy` forces the initialize handshake, `modern` speaks the newest protocol
version without asking. Prints one line of JSON, or says what did not match and exits with 1.
"""

from conversation import Answer, arguments, converse, expect, run
from mcp import Client, StdioServerParameters
from mcp_types.version import LATEST_HANDSHAKE_VERSION, LATEST_MODERN_VERSION


def wanted(options):
    return LATEST_HANDSHAKE_VERSION if options.mode == "legacy" else LATEST_MODERN_VERSION


async def check(options):
    server = StdioServerParameters(command=options.command, args=options.args)
    mode = LATEST_MODERN_VERSION if options.mode == "modern" else options.mode
    async with Client(server, mode=mode, read_timeout_seconds=30) as client:
        version = client.protocol_version
        expect(version == wanted(options), f"the protocol version is {wanted(options)}", version)

        async def list_tools():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def progress(*_):
            """Asks for progress; how much of it comes is not this check's question."""

        async def call_tool(name, given):
            result = await client.call_tool(name, given, progress_callback=progress)
            texts = [block.text for block in result.content if block.type == "text"]
            return Answer(result.structured_content, texts, result.is_error)

        saw = await converse(list_tools, call_tool)
        info = client.server_info
        # Only discover and initialize tell the name; the modern mode asks for neither.
        expect(options.mode == "modern" or info and info.name == "envelope", "the server says its name", info)
        return {"mode": options.mode, "protocol": version, "server": info and info.version, **saw}


if __name__ == "__main__":
    chosen = arguments(__doc__.splitlines()[0], modes=("auto", "legacy", "modern"))
    run(chosen, check, revision=wanted(chosen))
