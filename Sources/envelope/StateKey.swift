/// The key of what clients carry between two rounds of a request: a private file beside the record.
///
/// In a file and not in memory, because the second round may come to another process.
struct StateKey: Sendable {
    private let file: KeyFile

    /// - Parameter random: 64 unpredictable bits a call.
    init(beside database: String, random: @escaping @Sendable () -> UInt64) {
        file = KeyFile(database + ".key", random: random)
    }

    /// Nil when the file can be neither read nor made.
    var octets: [UInt8]? { file.octets }
}
