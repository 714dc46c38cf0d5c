/// Takes lines and mail data off a peer's socket.
struct PeerReader {
    private let socket: PeerSocket
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ socket: PeerSocket) { self.socket = socket }

    /// True when a whole line is here already.
    var hasLine: Bool { buffer[start...].contains(0x0A) }

    /// One line without its CRLF; nil at the end.
    mutating func line() -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                var line = buffer[start..<end]
                if line.last == 0x0D { line = line.dropLast() }
                start = end + 1
                return Array(line)
            }
            let offset = buffer.count - start
            guard fill() else { return nil }
            searched = start + offset
        }
    }

    /// The lines up to a lone dot, which stays unread, with their CRLF; nil when the line ends first, and then
    /// `unfinished` is told the last one.
    mutating func mailData(unfinished: (String) -> Void = { _ in }) -> [UInt8]? {
        var data: [UInt8] = []
        var last: [UInt8] = []
        while let line = line() {
            last = line
            if line == [0x2E] {
                start -= 3
                return data
            }
            data += line + [0x0D, 0x0A]
        }
        unfinished(String(decoding: last + buffer[start...], as: UTF8.self))
        return nil
    }

    /// Whatever is there, at least one octet; false at the end.
    mutating func some() -> Bool {
        if start == buffer.count, !fill() { return false }
        start = buffer.count
        return true
    }

    /// Takes exactly so many octets; false when the line ends before.
    mutating func octets(_ count: Int) -> Bool {
        while buffer.count - start < count { if !fill() { return false } }
        start += count
        return true
    }

    private mutating func fill() -> Bool {
        buffer.removeFirst(start)
        start = 0
        let more = socket.read()
        buffer += more
        return !more.isEmpty
    }
}
