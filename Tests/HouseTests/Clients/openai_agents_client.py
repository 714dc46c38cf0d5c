"""Checks the program with the OpenAI Agents SDK (openai-agents 0.24.0).

    .venv-openai-agents/bin/python openai_agents_client.py --binary PATH --db PATH

The program's tools become function tools, with their schemas made strict as for a model, and are invoked as a run
invokes them; there is no model. Prints one line of JSON, or says what did not match and exits with 1.
"""

import json

from agents import Agent, RunContextWrapper
from agents.mcp import MCPServerStdio, MCPUtil
from agents.tool_context import ToolContext
from conversation import MODERN, Answer, arguments, converse, expect, run


class Server(MCPServerStdio):
    """Keeps the last result: a function tool's output has the text only, without the word that it is an error."""

    async def call_tool(self, *given, **more):
        self.last = await super().call_tool(*given, **more)
        return self.last


async def check(options):
    agent = Agent(name="check")
    params = {"command": options.command, "args": options.args}
    # The SDK's own limit is 5 s, too little for a busy machine.
    async with Server(params=params, client_session_timeout_seconds=60) as server:
        tools = {}

        async def list_tools():
            made = await MCPUtil.get_function_tools(
                server, convert_schemas_to_strict=True, run_context=RunContextWrapper(None), agent=agent)
            tools.update({tool.name: tool for tool in made})
            return list(tools)

        async def call_tool(name, given):
            server.last = None
            text = json.dumps(given)
            context = ToolContext(None, tool_name=name, tool_call_id="1", tool_arguments=text)
            output = await tools[name].on_invoke_tool(context, text)
            expect(server.last is not None, f"{name} reached the server", output)
            blocks = output if isinstance(output, list) else [output]
            texts = [block["text"] for block in blocks if block["type"] == "text"]
            return Answer(server.last.structured_content, texts, server.last.is_error)

        return await converse(list_tools, call_tool)


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check, revision=MODERN)
