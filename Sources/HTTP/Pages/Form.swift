/// The fields of a form (`application/x-www-form-urlencoded`).
struct Form: Sendable {
    private let fields: [Target.Parameter]

    init(_ body: [UInt8]) {
        // As the query of an address is written, too.
        fields = Target("/?" + String(decoding: body, as: UTF8.self))?.query ?? []
    }

    /// Nil when it is absent or given twice.
    subscript(name: String) -> String? {
        let found = fields.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }
}
