"""The server that the program's tools/list is measured against: its three tools on the public Python library, no more.

    python mcp_yardstick.py TOOLS.json

It is the library's low-level server, which gives back the same tool objects; TOOLS.json holds them as `envelope
schema` prints them.
"""

import asyncio
import json
import sys
from pathlib import Path

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import ListToolsResult, Tool

tools = [Tool.model_validate(tool) for tool in json.loads(Path(sys.argv[1]).read_text())]


async def list_tools(_context, _params):
    return ListToolsResult(tools=tools)


async def main():
    server = Server("yardstick", on_list_tools=list_tools)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main())
