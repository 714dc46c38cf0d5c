/// A command without its tag (RFC 9051 §6), made so that nothing from outside can end its line.
///
/// Words are literals of this program's source; whatever varies goes in as a number, a quoted string or a literal.
struct Command {
    enum Piece {
        case text([UInt8])
        case literal([UInt8])
    }

    /// For errors: `SELECT`, `UID SEARCH`.
    let name: String
    private(set) var pieces: [Piece]

    init(_ name: StaticString) {
        self.name = "\(name)"
        pieces = [.text(Array("\(name)".utf8))]
    }

    /// Adds a space and words of this program.
    func then(_ words: StaticString) -> Command { adding(Array(" \(words)".utf8)) }

    func then(_ number: UInt32) -> Command { adding(Array(" \(number)".utf8)) }

    func then(_ set: UIDSet) -> Command { adding(Array(" \(set)".utf8)) }

    /// Adds an `astring`: quoted when it is printable ASCII, else a literal.
    func then(string octets: [UInt8]) -> Command {
        guard octets.count <= 1_000, octets.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return then(literal: octets)
        }
        var quoted: [UInt8] = [0x20, UInt8(ascii: "\"")]
        for octet in octets {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") {
                quoted.append(UInt8(ascii: "\\"))
            }
            quoted.append(octet)
        }
        return adding(quoted + [UInt8(ascii: "\"")])
    }

    func then(literal octets: [UInt8]) -> Command {
        var command = adding([0x20])
        command.pieces.append(.literal(octets))
        return command
    }

    /// Ends a section of which only the beginning is asked for: `BODY.PEEK[]<0` becomes `BODY.PEEK[]<0.4096>)`.
    func ending(partial count: UInt32) -> Command { adding(Array(".\(count)>)".utf8)) }

    private func adding(_ octets: [UInt8]) -> Command {
        var command = self
        if case .text(let before)? = pieces.last {
            command.pieces[pieces.count - 1] = .text(before + octets)
        } else {
            command.pieces.append(.text(octets))
        }
        return command
    }
}
