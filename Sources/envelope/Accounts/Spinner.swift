import Glibc

/// A sign of life on the terminal while something takes its time; silent where nobody watches.
enum Spinner {
    static func turning<Value: Sendable>(
        _ words: String, _ body: () async -> Value
    ) async -> Value {
        guard isatty(2) == 1 else { return await body() }
        let turning = Task {
            for sign in ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"].cycled {
                StandardError.write("\r\u{1B}[2K\(sign) \(words)")
                do { try await Task.sleep(for: .milliseconds(90)) } catch { break }
            }
            StandardError.write("\r\u{1B}[2K")
        }
        let value = await body()
        turning.cancel()
        await turning.value
        return value
    }
}

extension Array {
    /// Again and again.
    fileprivate var cycled: UnfoldSequence<Element, Int> {
        sequence(state: 0) { index in
            defer { index += 1 }
            return isEmpty ? nil : self[index % count]
        }
    }
}
