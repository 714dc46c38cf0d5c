"""Checks the program with LangChain's own MCP adapter (langchain.mcp in langchain 1.4.7, on FastMCP's client).

    .venv-langchain/bin/python langchain_client.py --binary PATH --db PATH

Each call is what an agent's tool node does with a model's tool call; there is no model. Prints one line of JSON, or
says what did not match and exits with 1.
"""

from conversation import MODERN, Answer, arguments, converse, expect, run
from langchain.mcp import MCPAdapter


async def check(options):
    async with MCPAdapter({
        "mcpServers": {"envelope": {"command": options.command, "args": options.args}},
    }) as adapter:
        tools = {}

        async def list_tools():
            tools.update({tool.name: tool for tool in await adapter.list_tools()})
            return list(tools)

        async def call_tool(name, given):
            message = await tools[name].ainvoke({"type": "tool_call", "id": "1", "name": name, "args": given})
            texts = [block["text"] for block in message.content if block["type"] == "text"]
            # A failed tool's message has no artifact: its text is all that the library hands on.
            structured = message.artifact["structured_content"] if message.artifact else None
            expect(structured is not None or message.status == "error", "a result has structured content", texts)
            return Answer(structured, texts, message.status == "error")

        return await converse(list_tools, call_tool, structured=False)


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check, revision=MODERN)
