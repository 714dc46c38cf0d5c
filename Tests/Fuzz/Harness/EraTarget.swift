import JSON

@testable import MCP

/// The era switch: lines of one client given to a session, beside a plain account of what the rules demand of each.
struct EraTarget {
    /// A request that waits to be run, and what it came with.
    struct Open {
        let call: Call
        let params: JSON?
    }

    static let catalogue = RenderedCatalogue(Offer.catalogue)

    var session = Session(catalogue)
    /// Oldest first.
    var open: [Open] = []
    /// Legacy subscriptions, whose requests have been answered already.
    var watching: [Call] = []
    var lastSerial = 0
    /// What was asked for with each state that a client was given.
    var issued: [String: (name: JSON?, arguments: JSON)] = [:]
    var lastState = ""

    /// The lowest three bits of the first byte say which revision is agreed on before the lines begin, if any; the next
    /// says whether the client is quiet about being initialized.
    static func run(_ input: ArraySlice<UInt8>) {
        guard let opening = input.first else { return }
        var target = EraTarget()
        let choice = Int(opening % 8)
        if choice < Revision.legacy.count { target.begin(Revision.legacy[choice], quiet: opening & 8 != 0) }
        for line in lines(in: Expansion.of(input.dropFirst(), largest: Entry.largest)).prefix(400) {
            if line.first == finishing {
                target.finish(line.dropFirst().first ?? 0, manner: line.dropFirst(2).first ?? 0)
            } else {
                target.take(target.withState(line))
            }
        }
        while !target.open.isEmpty { target.finish(0, manner: 0) }
        for call in target.watching { target.end(call) }
    }

    /// Begins a line that is no message: the open call of the number that follows ends, in the manner that follows.
    static let finishing: UInt8 = 0x02

    private mutating func begin(_ revision: Revision, quiet: Bool) {
        let initialize: JSON = [
            "jsonrpc": "2.0", "id": "first", "method": "initialize",
            "params": [
                "protocolVersion": .string(revision.rawValue), "capabilities": ["elicitation": [:]],
                "clientInfo": ["name": "fuzz", "version": "0"],
            ],
        ]
        take(initialize.bytes)
        expect(session.negotiated == revision, "\(revision) is agreed on")
        if !quiet { take(JSON.object(["jsonrpc": "2.0", "method": "notifications/initialized"]).bytes) }
    }

    /// The limit is above what an input can be, so each line arrives whole.
    private static func lines(in stream: [UInt8]) -> [[UInt8]] {
        var splitter = LineSplitter(limit: stream.count)
        splitter.append(stream[...])
        var lines: [[UInt8]] = []
        while case .line(let line)? = splitter.next(atEnd: true) { lines.append(line) }
        return lines
    }

    /// A mutation cannot guess a state, so this word stands for the last one given out.
    private func withState(_ line: [UInt8]) -> [UInt8] {
        if line.count > 1 << 14 || !line.contains(UInt8(ascii: "$")) { return line }
        let parts = String(decoding: line, as: UTF8.self).split(
            separator: "$STATE", omittingEmptySubsequences: false)
        return parts.count == 1 ? line : Array(parts.joined(separator: lastState).utf8)
    }

    private mutating func take(_ line: [UInt8]) {
        let before = session.negotiated
        let reaction = Subject.receive(line, in: &session)
        guard let json = try? JSON(parsing: line) else {
            return expectError(
                reaction, -32700, to: RequestID(recoveredFrom: line), "what is not JSON is a parse error")
        }
        guard let elements = json.array else { return check(reaction, to: json, in: before, within: line) }
        guard before == .march2025, (1...100).contains(elements.count) else {
            return expectError(reaction, -32600, to: nil, "an array is an invalid request")
        }
        guard case .batch(let reactions) = reaction else { Failure.stop("a batch is taken as one") }
        expect(reactions.count == elements.count, "each message of a batch has its reaction")
        for (element, reaction) in zip(elements, reactions) {
            check(reaction, to: element, in: before, within: line, inBatch: true)
        }
        Tally.count("era:batches")
    }
}
