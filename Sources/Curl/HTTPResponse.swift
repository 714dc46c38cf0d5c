/// What a server answered: untrusted throughout, within the limits of its request.
package struct HTTPResponse: Sendable, Hashable {
    /// 200–599, of the last response after redirects.
    package let status: Int
    /// In the server's order, without the status line; values repaired to UTF-8, control characters removed.
    package let fields: [HTTPField]
    package let body: [UInt8]
    /// False when the body went on and its request asked for the beginning.
    package let isWhole: Bool

    /// The first value of a field, found without case.
    package func value(of name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
