#if PLANTED
import Glibc
import JSON

@testable import MCP

/// Faults of the kinds that fuzzing is for.
enum Planted {
    private static let name = getenv("FUZZ_PLANTED").map { String(cString: $0) } ?? ""
    private nonisolated(unsafe) static var kept: [[UInt8]] = []

    /// `lines`: a line that ends with three carriage returns loses two.
    static func spoil(_ piece: LineSplitter.Piece?) -> LineSplitter.Piece? {
        guard name == "lines", case .line(let line)? = piece, line.count > 2, line.suffix(2) == [13, 13]
        else {
            return piece
        }
        return .line(line.dropLast())
    }

    static func spoil(_ value: JSON, from bytes: [UInt8]) -> JSON {
        switch name {
        // A small number becomes zero.
        case "json": if let number = value[0]?.number, number != 0, abs(number) < 0.01 { return [0] }
        case "hang": if value[0]?[0]?[0]?[0] != nil { while true { sleep(1) } }
        // A leak for every string of some length.
        case "memory":
            if bytes.count > 1000, value.string != nil {
                kept.append([UInt8](repeating: 1, count: 100 << 20))
            }
        default: break
        }
        return value
    }

    /// `era`: the cancelling of a call that runs is answered. `crash`: reading beyond the end of an array.
    static func spoil(_ reaction: Reaction, to line: [UInt8], in session: Session) -> Reaction {
        if name == "crash", let elements = (try? JSON(parsing: line))?["params"]?.array, elements.count == 2 {
            let beyond = elements[elements.count + Int.random(in: 0...1)]
            return .answer(Answer(to: RequestID(beyond), error: .invalidRequest("planted")))
        }
        guard name == "era", case .cancel = reaction else { return reaction }
        return .answer(Answer(to: nil, error: .invalidRequest("planted")))
    }
}
#endif
