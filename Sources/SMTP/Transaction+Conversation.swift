import Mail

/// Keeps the conversation for people: in order, printable, at most 200 lines of 500 characters.
extension Transaction {
    static let maximumConversation = 200

    mutating func hear(_ lines: [String]) {
        for line in lines { note("S: " + Reply.printable(line, limit: 497)) }
    }

    mutating func say(_ command: String) {
        note("C: " + Reply.printable(command, limit: 497))
    }

    mutating func note(_ line: String) {
        if conversation.count < Self.maximumConversation - 1 {
            conversation.append(line)
        } else if conversation.count < Self.maximumConversation {
            conversation.append("(more was said)")
        }
    }
}
