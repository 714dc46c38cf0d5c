/// Why a schema is refused when it is loaded: the keyword at fault and where it stands.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, as a JSON Pointer (RFC 6901) into the schema: `/properties/to/items`; empty for the root.
    package let pointer: String
    /// The keyword at fault; empty when the schema itself has the wrong shape.
    package let keyword: String
    /// What is wrong, without a full stop.
    package let reason: String

    package var description: String {
        let place = pointer.isEmpty ? "the root" : pointer
        return keyword.isEmpty ? "\(reason) at \(place)" : "`\(keyword)` at \(place): \(reason)"
    }
}
