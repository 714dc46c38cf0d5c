import Glibc

/// The end of a run in which something did not hold; libFuzzer keeps the input.
enum Failure {
    static func stop(_ sentence: String) -> Never {
        say("\nDOES NOT HOLD: \(sentence)\n")
        abort()
    }

    /// Straight to standard error: what follows may be the end.
    static func say(_ text: String) {
        let bytes = Array(text.utf8.prefix(1 << 16))
        _ = write(2, bytes, bytes.count)
    }
}

/// Stops the run when a property does not hold. The sentence says what should be true.
func expect(_ holds: Bool, _ sentence: @autoclosure () -> String) {
    if !holds { Failure.stop(sentence()) }
}
