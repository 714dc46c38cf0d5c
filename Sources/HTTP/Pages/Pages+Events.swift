import MCP

extension Pages {
    /// Tells a page that what it shows has changed (server-sent events): `changed`, with how it stands now.
    ///
    /// The first one comes at once, so that nothing is missed between the page and this.
    func events(_ request: WebRequest) -> HTTPReply {
        guard visitors.enter() else {
            return .whole(status: 503, fields: ["Retry-After": "30"], body: [])
        }
        let id = request.query("id")
        let filter = ListFilter(request.query)
        let (stream, output) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(4))
        let task = Task {
            output.yield(Array("retry: 2000\n\n".utf8))
            var last: String?
            var quiet = 0
            while !Task.isCancelled {
                let mark = if let id { await mark(ofSend: id) } else { await mark(filter) }
                if mark != last {
                    output.yield(Array("event: changed\ndata: \(mark)\n\n".utf8))
                    (last, quiet) = (mark, 0)
                } else if quiet == 20 {
                    // A connection that is gone is found out by writing to it.
                    output.yield(Array(": still here\n\n".utf8))
                    quiet = 0
                }
                quiet += 1
                do { try await sleep(.milliseconds(700)) } catch { break }
            }
            output.finish()
        }
        output.onTermination = { [visitors] _ in
            task.cancel()
            visitors.leave()
        }
        return .stream(
            status: 200, fields: ["Content-Type": "text/event-stream", "Cache-Control": "no-store"],
            body: stream)
    }
}
