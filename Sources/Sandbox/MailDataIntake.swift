internal import Mail

/// Mail data on its way from the socket into a draft, and the reply that its end earns.
final class MailDataIntake {
    private var draft: Draft?
    private var reader = DataReader()
    private let maximumSize: Int
    private var refusal: Reply?

    init(draft: Draft, maximumSize: Int) {
        self.draft = draft
        self.maximumSize = maximumSize
    }

    /// Takes from a chunk what belongs to the mail data, and tells how much that was and whether its end came.
    ///
    /// Once it is clear that the message is not taken, the rest is read and dropped: a client hears of it only
    /// after the end mark.
    func read(_ chunk: UnsafeRawBufferPointer) -> (Int, Bool) {
        let (consumed, ended) = reader.read(chunk) { run in
            guard refusal == nil else { return }
            do throws(SandboxInboxError) {
                try draft?.write(run)
            } catch {
                refuse(Reply(452, 4, 3, 1, "the inbox is full or cannot be written"))
            }
        }
        if reader.size > maximumSize {
            refuse(Reply(552, 5, 3, 4, "over the limit of \(maximumSize) octets"))
        }
        if reader.hasLongLine {
            refuse(Reply(554, 5, 6, 0, "a line is over \(DataReader.maximumLineLength) octets"))
        }
        return (consumed, ended)
    }

    /// Puts the message into the inbox, if nothing speaks against it.
    func finish() -> Reply {
        if let refusal { return refusal }
        guard let draft else { return Reply(451, 4, 3, 0, "not taken") }
        do throws(SandboxInboxError) {
            let id = try draft.take()
            return Reply(250, 2, 0, 0, "taken as \(id)")
        } catch {
            return Reply(452, 4, 3, 1, "the inbox is full or cannot be written")
        }
    }

    /// Drops the draft at once, so that what will not be taken holds no disk space.
    private func refuse(_ reply: Reply) {
        if refusal == nil { refusal = reply }
        draft = nil
    }
}
