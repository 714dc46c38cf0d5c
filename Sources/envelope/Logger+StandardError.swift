import Logging

extension Logger {
    /// One line an event on standard error; standard output belongs to the protocol.
    static func standardError(level: Logger.Level) -> Logger {
        var logger = Logger(label: "envelope") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
