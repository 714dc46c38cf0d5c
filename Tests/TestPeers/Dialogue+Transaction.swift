extension Dialogue {
    /// The lines of a transaction from `me@example.com` to `ada@example.org` that the server takes.
    package static let takenTransaction = """
        C: MAIL FROM:<me@example.com>
        S: 250 2.1.0 sender ok
        C: RCPT TO:<ada@example.org>
        S: 250 2.1.5 recipient ok
        C: DATA
        S: 354 go ahead
        C: (mail data)
        C: .
        S: 250 2.0.0 taken

        """
}
