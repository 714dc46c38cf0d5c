"""Checks the program with LangChain's MCP adapters (langchain-mcp-adapters 0.3.2), which start it anew for every call.

    .venv-langchain-adapters/bin/python langchain_adapters_client.py --binary PATH --db PATH

Each call is what an agent's tool node does with a model's tool call; there is no model. Prints one line of JSON, or
says what did not match and exits with 1.
"""

from conversation import CALLS, LEGACY, Answer, arguments, converse, expect, run
from langchain_mcp_adapters.client import MultiServerMCPClient


async def check(options):
    client = MultiServerMCPClient({
        "envelope": {"transport": "stdio", "command": options.command, "args": options.args}})
    tools = {}

    async def list_tools():
        tools.update({tool.name: tool for tool in await client.get_tools()})
        return list(tools)

    async def call_tool(name, given):
        message = await tools[name].ainvoke({"type": "tool_call", "id": "1", "name": name, "args": given})
        texts = [block["text"] for block in message.content if block["type"] == "text"]
        # A failed tool's message has no artifact: its text is all that the library hands on.
        structured = message.artifact["structured_content"] if message.artifact else None
        expect(structured is not None or message.status == "error", "a result has structured content", texts)
        return Answer(structured, texts, message.status == "error")

    saw = await converse(list_tools, call_tool, structured=False)
    processes = len(list(options.record.iterdir()))
    expect(processes == CALLS + 1, "each call and the list had a process of its own", processes)
    return saw


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check, revision=LEGACY)
