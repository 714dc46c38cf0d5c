"""Checks the program with PydanticAI (pydantic-ai-slim 2.68.0, on FastMCP's client).

    .venv-pydantic-ai/bin/python pydantic_ai_client.py --binary PATH --db PATH

Every call is a run of a real agent, whose model is a function that asks for that one tool and then repeats what came
back. Prints one line of JSON, or says what did not match and exits with 1.
"""

import json

from conversation import MODERN, Answer, arguments, converse, expect, run
from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel


async def check(options):
    # A failure is handed to the model as it is; the default would ask the model to try again.
    toolset = MCPToolset(
        StdioTransport(command=options.command, args=options.args), tool_error_behavior="failed")
    async with toolset:

        async def list_tools():
            return [tool.name for tool in await toolset.list_tools()]

        async def call_tool(name, given):
            parts = []

            def model(messages, _):
                parts[:] = [part for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
                return ModelResponse([TextPart("done") if parts else ToolCallPart(name, given)])

            await Agent(FunctionModel(model), toolsets=[toolset]).run("check")
            expect(len(parts) == 1 and parts[0].tool_name == name, f"{name} returned to the model", parts)
            content, failed = parts[0].content, parts[0].outcome == "failed"
            # The model is shown the text's JSON, in a list when there is a link beside it; for a failure, its text.
            shown = content[0] if isinstance(content, list) else content
            return Answer(None, [shown if isinstance(shown, str) else json.dumps(shown)], failed)

        return await converse(list_tools, call_tool, structured=False)


if __name__ == "__main__":
    run(arguments(__doc__.splitlines()[0]), check, revision=MODERN)
