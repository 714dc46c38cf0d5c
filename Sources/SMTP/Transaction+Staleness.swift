import Mail

extension Transaction {
    /// True when the server had given the connection up before it heard anything of this transaction.
    var isStale: Bool {
        if let mail { return mail.code == 421 }
        return fault?.kind == .lineLost
    }

    /// As when there was no connection to be had.
    func unserved() -> Transaction {
        var record = self
        record.fault = TransportFault(.cancelled, detail: "cancelled while waiting for a free connection")
        return record
    }

    /// As before the first word, but for the conversation, which goes on.
    func forgotten(_ remark: String) -> Transaction {
        var fresh = Transaction(forwardPaths: recipients.map(\.address))
        fresh.conversation = conversation
        fresh.note(remark)
        return fresh
    }
}
