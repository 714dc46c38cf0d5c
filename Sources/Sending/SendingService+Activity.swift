package import Mail
package import Store

extension SendingService {
    /// Counts of what was recorded over time; nil when nothing ever was.
    ///
    /// - Parameters:
    ///   - width: milliseconds of one piece.
    ///   - pieces: how many there are.
    package func activity(
        from start: Timestamp, width: Int64, pieces: Int
    ) async throws(Failure) -> Activity? {
        guard let store = try door.forReading() else { return nil }
        do {
            return try await store.activity(from: start, width: width, pieces: pieces)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }
}
