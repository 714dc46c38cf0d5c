import Logging

/// A fault that is met again with every try, told to the log when it begins, changes and ends, and not each second.
struct Trouble {
    /// What cannot be done, as a clause.
    let what: String
    private var last: String?

    init(_ what: String) { self.what = what }

    mutating func tell(_ error: any Error, _ logger: Logger) {
        let text = String(describing: error)
        if text == last { return }
        last = text
        logger.error("\(what) cannot be read; it is tried again", metadata: ["error": "\(text)"])
    }

    mutating func end(_ logger: Logger) {
        if last == nil { return }
        last = nil
        logger.notice("\(what) can be read again")
    }
}
