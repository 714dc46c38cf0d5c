"""The server that the program is measured against: one echo tool, on the public Python MCP library over stdio."""

from mcp.server import MCPServer

server = MCPServer("echo")


@server.tool()
def echo(text: str) -> str:
    """Gives back the text."""
    return text


if __name__ == "__main__":
    server.run()
