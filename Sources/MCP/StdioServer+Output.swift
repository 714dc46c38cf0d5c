import Glibc

extension StdioServer {
    /// Takes descriptor 1 for the protocol alone: returns a private copy of it, which child processes do not inherit,
    /// and lets 1 lead to standard error, so that a stray print of some library cannot corrupt the wire.
    ///
    /// Call it once, before anything prints.
    package static func protectedStandardOutput() throws(SystemError) -> Int32 {
        try protect(output: 1, with: 2)
    }

    static func protect(output: Int32, with substitute: Int32) throws(SystemError) -> Int32 {
        let copy = fcntl(output, F_DUPFD_CLOEXEC, 3)
        if copy < 0 { throw SystemError("fcntl", errno) }
        if dup2(substitute, output) >= 0 { return copy }
        // Standard error is closed: nowhere is as good a place for prints.
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        if nowhere < 0 || dup2(nowhere, output) < 0 { throw SystemError("dup2", errno) }
        return copy
    }
}
