/// One datum of a response (RFC 9051 §4): an atom, a string, a list in parentheses, or NIL.
indirect enum Value: Hashable {
    /// Also numbers and flags; what stands in brackets belongs to it: `BODY[HEADER.FIELDS (MESSAGE-ID)]<0>`.
    case atom([UInt8])
    /// Quoted or a literal: the octets themselves.
    case string([UInt8])
    case list([Value])
    case null

    /// The octets of an atom or a string.
    var octets: [UInt8]? {
        switch self {
        case .atom(let octets), .string(let octets): octets
        case .list, .null: nil
        }
    }

    /// An atom's text; a string never passes for one.
    var atom: String? {
        if case .atom(let octets) = self { String(decoding: octets, as: UTF8.self) } else { nil }
    }

    var number: UInt32? { atom.flatMap { UInt32($0) } }

    var list: [Value]? { if case .list(let values) = self { values } else { nil } }
}
