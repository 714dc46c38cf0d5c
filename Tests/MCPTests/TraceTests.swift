import JSON
import Synchronization
import Testing

@testable import MCP

/// What an operator learns about calls.
struct TraceTests {
    static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test(
        "a trace parent of the recommendation's form is taken",
        arguments: [parent, "01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00"])
    func taken(parent: String) {
        let trace = TraceContext(meta: ["traceparent": .string(parent), "tracestate": "a=1,b=2"])
        #expect(trace?.parent == parent && trace?.state == "a=1,b=2")
        #expect(trace?.traceID == "0af7651916cd43dd8448eb211c80319c")
    }

    @Test(
        "anything else is none",
        arguments: [
            .null, 5, "", "00", .string(parent + "0"), .string(parent + "-00"), .string(parent.uppercased()),
            .string("ff" + parent.dropFirst(2)), "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319-bb7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c8031\n-b7ad6b7169203331-01",
        ] as [JSON])
    func refused(parent: JSON) {
        #expect(TraceContext(meta: ["traceparent": parent, "tracestate": "a=1"]) == nil)
    }

    @Test(
        "a trace state that is no short visible text is left out",
        arguments: ["", "a\n", "é", 5, .string(String(repeating: "a", count: 513))] as [JSON])
    func states(state: JSON) {
        let trace = TraceContext(meta: ["traceparent": .string(Self.parent), "tracestate": state])
        #expect(trace?.parent == Self.parent && trace?.state == nil)
    }

    @Test("a call knows its trace, its client and who it is from", arguments: Revision.allCases)
    func known(revision: Revision) async throws {
        var options = Session.Options()
        options.principal = "ada"
        let meta: JSON = ["traceparent": .string(Self.parent), "tracestate": "a=1"]
        let params: JSON.Object = ["name": "about", "_meta": meta]
        let lines =
            revision.isModern
            ? [Lines.modern(1, "tools/call", params)]
            : [Lines.initialize(.string(revision.rawValue)), Lines.request(1, "tools/call", .object(params))]
        let answer = try #require(
            try await Wire.exchange(lines, catalogue: Full.catalogue(), options: options).last)
        let told = try JSON(parsing: answer["result"]?["content"]?[0]?["text"]?.string ?? "")
        #expect(
            told == [
                "revision": .string(revision.rawValue), "principal": "ada", "trace": .string(Self.parent),
                "traceState": "a=1", "can": [],
            ])
    }

    @Test("each request that was run is told of once, with what became of it")
    func records() async throws {
        let records = Mutex<[CallRecord]>([])
        var options = Session.Options()
        options.observe = { record in records.withLock { $0.append(record) } }
        let meta: JSON = ["traceparent": .string(Self.parent)]
        _ = try await Wire.exchange(
            [
                Lines.initialize(), Lines.request(1, "tools/call", ["name": "plain", "_meta": meta]),
                Lines.call(2, "fail"), Lines.call(3, "none"), Lines.request(4, "tools/list"),
                Lines.request(5, "resources/read", ["uri": "note://9"]),
                Lines.request(6, "prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]),
            ], catalogue: Full.catalogue(), options: options)
        let told = records.withLock { $0 }.map {
            "\($0.method) \($0.name ?? "-") \($0.isError) \($0.trace?.parent == Self.parent)"
        }
        #expect(
            told.sorted() == [
                "prompts/get greet false false", "resources/read - true false",
                "tools/call fail true false", "tools/call plain false true",
            ])
        #expect(records.withLock { $0 }.allSatisfy { $0.milliseconds >= 0 })
    }
}
