import JSON
import Testing

@testable import MCP

/// A request that cannot be read is refused under its own id, or its sender would wait for an answer.
struct RecoveryTests {
    @Test(
        "the id of a request is found beside what cannot be read",
        arguments: [
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}"#, 1),
            (#"{"params":{"a":1,"a":2},"method":"ping","id":"x-1","jsonrpc":"2.0"}"#, "x-1"),
            (#" { "id" : -7 , "method" : "ping" , "params" : [ 1e999, {"id": 2} ] } "#, -7),
            (#"{"id":3,"method":"ping","method":"ping"}"#, 3),
            (#"{"id":4,"method":"ping","params":{"a":"}\"]{","b":"\ud800"}}"#, 4),
            (
                #"{"id":5,"method":"ping","params":"# + String(repeating: "[", count: 1000)
                    + String(repeating: "]", count: 1000) + "}", 5
            ),
        ] as [(String, JSON)])
    func recovered(line: String, id: JSON) {
        #expect((try? JSON(parsing: line)) == nil)
        #expect(RequestID(recoveredFrom: Array(line.utf8))?.json == id)
    }

    @Test("octets that are no UTF-8 hide no id")
    func octets() async throws {
        let wire = try Wire()
        wire.send(
            bytes: Array(#"{"jsonrpc":"2.0","id":6,"method":"ping","params":{"a":""#.utf8) + [0xFF, 0xC0]
                + Array("\"}}\n".utf8))
        let answers = try await wire.finish()
        #expect(answers.count == 1 && answers.allSatisfy { $0.holds(.error(-32700, id: 6)) }, "\(answers)")
    }

    @Test(
        "what is not certain to be a request has no id",
        arguments: [
            "", "{", "{}", "[]", #""id""#, #"{"id":1,"id":2,"method":"ping"}"#,
            #"{"id":1,"result":{"a":"\ud800"}}"#, #"{"id":1,"method":5,"x":"\ud800"}"#,
            #"{"params":{"id":1},"method":"ping","x":"\ud800"}"#, #"{"id":1,"method":"ping""#,
            #"{"id":1,"method":"ping"}}"#, #"{"id":1,"method":"ping"}{"id":2,"method":"ping"}"#,
            #"{"id":1.5,"method":"ping","x":"\ud800"}"#, #"{"id":null,"method":"ping","x":"\ud800"}"#,
            #"{"id":"\ud800","method":"ping"}"#, #"{"id":1,"\u0069d":2,"method":"ping","x":"\ud800"}"#,
            #"{"id":1,"method":"ping","params":{"a":"he said "no", then left"}]"#,
            #"{"id":1,"method":"ping","params":{"a":[}]}"#, #"{"id":1,"method":"ping",}"#,
            #"{"id":,"method":"ping"}"#, #"{"id" 1,"method":"ping"}"#, #"{"id":1 2,"method":"ping"}"#,
            #"{"id":1,"method":"ping","a":"\"#,
        ])
    func uncertain(line: String) {
        #expect(RequestID(recoveredFrom: Array(line.utf8)) == nil)
    }
}
