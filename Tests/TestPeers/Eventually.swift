/// Asks again and again until the answer is yes: for what other tasks and processes write.
///
/// It never decides a test by speed: the bound of a minute is only there so that a broken test ends.
package func eventually(_ isSo: () async throws -> Bool) async throws {
    for _ in 0..<30_000 {
        if try await isSo() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw NeverSo()
}

/// What was waited for did not come.
package struct NeverSo: Error {}
