package import Mail

extension IMAPSession {
    /// Puts a message into a folder, marked as read (APPEND); its UID, where the server tells it (RFC 4315).
    ///
    /// Looks for nothing first: see `IMAPClient.fileCopy`.
    ///
    /// - Parameters:
    ///   - date: when the folder shall say that it got the message.
    ///   - whenAllIsOut: called when the last octets are about to be handed over: from then on only the server's
    ///     answer tells whether it has the message.
    package mutating func append(
        _ mailData: MailData, to folder: FolderName, at date: Timestamp, whenAllIsOut: () -> Void = {}
    ) async throws(IMAPError) -> UInt32? {
        if let limit = limit("APPENDLIMIT"), mailData.size > limit {
            throw IMAPError(
                .tooLarge, "at APPEND", "the message has \(mailData.size) octets, the server takes \(limit)")
        }
        let command = Command("APPEND").then(string: folder.wire(isUTF8: isUTF8)).then("(\\Seen)")
            .then(string: Array(date.internalDate.utf8)).then(literal: mailData.bytes)
        let status = try await perform(command, within: options.deadlines.append, whenAllIsOut: whenAllIsOut)
        guard let code = status.code, code.name == "APPENDUID" else { return nil }
        return code.argument.split(separator: " ").last.flatMap { UInt32($0) }
    }
}
