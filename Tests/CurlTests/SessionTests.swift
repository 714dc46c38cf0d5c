import Testing

@testable import Curl

@Suite("What is kept of how a session was made")
struct SessionTests {
    @Test("Of too many lines the first, the newest and every command are kept, in order")
    func keepsNewest() {
        var session = Session()
        session.append(.server("220-first"))
        for number in 1...300 { session.append(.server("220-\(number)")) }
        session.append(.client("EHLO client.test"))
        for number in 1...150 { session.append(.server("250-\(number)")) }
        #expect(session.lines.count == Session.maximumLines)
        #expect(session.lines.first == .server("220-first"))
        #expect(session.lines[49] == .client("EHLO client.test"))
        #expect(session.lines.suffix(150) == (1...150).map { Session.Line.server("250-\($0)") }[...])

        for number in 1...300 { session.append(.server("250-\(number)")) }
        #expect(session.lines.count == Session.maximumLines)
        #expect(session.lines.prefix(2) == [.server("220-first"), .client("EHLO client.test")])
        #expect(session.lines.last == .server("250-300"))
    }
}
