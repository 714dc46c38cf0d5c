import Mail

extension Transaction {
    /// True when the server had given the connection up before it heard anything of this transaction.
    var isStale: Bool {
        if let mail { return mail.code == 421 }
        return fault?.kind == .lineLost
    }

    /// As before the first word, but for the conversation, which goes on.
    func forgotten(_ remark: String) -> Transaction {
        var fresh = Transaction(forwardPaths: recipients.map(\.address))
        fresh.conversation = conversation
        fresh.note(remark)
        return fresh
    }
}
