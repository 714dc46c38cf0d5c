package import Mail

extension IMAPClient {
    /// Puts a copy of a sent message into a folder unless the folder has it: never twice.
    ///
    /// When the line is lost before the server's answer, it looks again on a new session. Throws `IMAPError` when
    /// nothing was filed, for certain: `.refused` where there is no such folder.
    ///
    /// - Parameters:
    ///   - id: of the message, by which it is looked for.
    ///   - date: when it was sent.
    package func fileCopy(
        _ mailData: MailData, id: MessageID, into folder: FolderName, at date: Timestamp
    ) async throws -> FiledCopy {
        var isOut = false
        do {
            return try await withSession { session in
                try await session.examine(folder)
                if let uid = try await session.find(id) { return .alreadyThere(uid: uid) }
                return .filed(
                    uid: try await session.append(mailData, to: folder, at: date) { isOut = true })
            }
        } catch let error as IMAPError {
            guard isOut, error.endsSession else { throw error }
            return await lookAgain(for: id, in: folder, after: error)
        }
    }

    private func lookAgain(for id: MessageID, in folder: FolderName, after error: IMAPError) async
        -> FiledCopy
    {
        do {
            let uid = try await withSession { session in
                try await session.examine(folder)
                return try await session.find(id)
            }
            return uid.map { .filed(uid: $0) } ?? .unknown(error)
        } catch {
            return .unknown(error as? IMAPError ?? IMAPError(.lineLost, "looking again", "\(error)"))
        }
    }
}
