import JSON
import MCP
import Testing

/// The check that every message of the tests of this folder goes through.
struct SchemaReadingTests {
    @Test(
        "a message that is not what it has to be is found",
        arguments: [
            (.result(["tools": []], id: 1), "tools/list"), (.error(-32020, id: 1), nil),
            (["jsonrpc": "2.0", "method": "notifications/progress", "params": [:]], nil),
            (["jsonrpc": "2.0", "method": "none"], nil),
        ] as [(JSON, String?)])
    func faults(message: JSON, method: String?) async {
        let definition = SchemaReading.definition(of: message, answering: method)
        #expect(await SchemaJudge.shared.fault(in: message, readings: [(.july2026, definition)]) != nil)
    }
}
