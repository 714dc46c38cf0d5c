import JSON

@testable import MCP

/// The code under test. In a build for the self-test it has the fault that `FUZZ_PLANTED` names, to see it found.
enum Subject {
    struct Lines {
        typealias Piece = LineSplitter.Piece
        private var splitter: LineSplitter

        init(limit: Int) {
            splitter = LineSplitter(limit: limit)
        }

        var held: Int { splitter.held }
        mutating func append(_ chunk: ArraySlice<UInt8>) { splitter.append(chunk) }

        mutating func next(atEnd end: Bool) -> Piece? {
            let piece = splitter.next(atEnd: end)
            #if PLANTED
            return Planted.spoil(piece)
            #else
            return piece
            #endif
        }
    }

    static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        let value = try JSON(parsing: bytes)
        #if PLANTED
        return Planted.spoil(value, from: bytes)
        #else
        return value
        #endif
    }

    static func receive(_ line: [UInt8], in session: inout Session) -> Reaction {
        let reaction = session.receive(line)
        #if PLANTED
        return Planted.spoil(reaction, to: line, in: session)
        #else
        return reaction
        #endif
    }
}
