import Testing

/// Programs that know nothing of this one ask it over HTTP; `make test` installs them.
@Suite("Public clients and checkers over HTTP")
struct HTTPClientTests {
    @Test(
        "real MCP clients send, are refused, track and list over HTTP",
        arguments: [
            ClientTests.Client(".venv-mcp2", "http_mcp2_client.py", "--mode", "auto"),
            ClientTests.Client(".venv-mcp2", "http_mcp2_client.py", "--mode", "legacy"),
            ClientTests.Client(".venv-mcp2", "http_mcp2_client.py", "--mode", "modern"),
            ClientTests.Client(".venv-mcp1", "http_mcp1_client.py"),
        ])
    func conversation(client: ClientTests.Client) async throws {
        try await ClientTests.expectToPass(client)
    }

    @Test("jbt-mcpcheck finds nothing, warnings counted")
    func conformance() async throws {
        try await ClientTests.expectToPass(ClientTests.Client(".venv-mcpcheck", "http_conformance_check.py"))
    }

    @Test(
        "The description is valid OpenAPI, the server keeps to it whatever is asked, the metrics can be read")
    func description() async throws {
        try await ClientTests.expectToPass(ClientTests.Client(".venv-http", "http_description_check.py"))
    }
}
