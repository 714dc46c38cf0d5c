import JSON
import MCP
import Tools

extension Pages {
    func send(_ request: WebRequest) async -> HTTPReply {
        await send(request.path[2], show: request.query("show"), isLive: request.query("live") != nil)
    }

    /// The page of one send.
    ///
    /// - Parameters:
    ///   - show: the way to look at the message.
    ///   - isLive: only what may have changed is wanted.
    ///   - fault: what did not work just now, with its status.
    func send(
        _ id: String, show: String? = nil, isLive: Bool = false,
        fault: (fault: SendView.Fault, status: Int)? = nil
    ) async -> HTTPReply {
        let result = await operations.record(of: id)
        guard let object = result.structured, !result.isError || object["id"] != nil else {
            return refusal(SendView.Fault(result.structured?["error"]), status: result.httpStatus)
        }
        let send = SendView(object)
        var page = SendPage(send: send, token: token, fault: fault?.fault)
        // What has failed can be sent again only while its message is there.
        if !isLive || send.status == "failed" {
            switch await operations.message(send.id) {
            case .success(let octets):
                if isLive { break }
                page.message = MessageView(octets, page: "/ui/sends/\(send.id)", side: show)
            case .failure(let problem):
                page.messageFault = SendView.Fault(.object(problem.json(title: "")))
            }
        }
        page.suppressed = await operations.suppressed(among: send.recipients.map(\.address))
        page.quota = await operations.quota(of: send["account"] ?? "")
        var shell = shell(send.title)
        shell.live = ("/ui/sends/\(send.id)", "/ui/events?id=\(send.id)", Mark.of(result.text.utf8))
        return shell.reply(page.html, status: fault?.status ?? 200)
    }

    /// Another word once anything about the send has changed.
    func mark(ofSend id: String) async -> String { Mark.of(await operations.record(of: id).text.utf8) }

    func frame(sent request: WebRequest) async -> HTTPReply {
        switch await operations.message(request.path[2]) {
        case .success(let octets): frame(octets)
        case .failure(let problem): missing(problem)
        }
    }

    func part(sent request: WebRequest) async -> HTTPReply {
        switch await operations.message(request.path[2]) {
        case .success(let octets): part(request.path[4], of: octets)
        case .failure(let problem): missing(problem)
        }
    }

    func missing(_ problem: Problem) -> HTTPReply {
        refusal(SendView.Fault(.object(problem.json(title: ""))), status: problem.status)
    }

    /// The HTML of a message, in a document that can do nothing.
    func frame(_ octets: [UInt8]) -> HTTPReply {
        guard let frame = MessageView(octets, page: "", side: nil).frame else { return noPart }
        return .whole(
            status: 200,
            fields: [
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": Frame.policy, "X-DNS-Prefetch-Control": "off",
            ], body: frame)
    }

    /// An attachment: to be saved, never to be shown by the browser.
    func part(_ name: String, of octets: [UInt8]) -> HTTPReply {
        guard let file = MessageView(octets, page: "", side: nil).file(name) else { return noPart }
        return .whole(
            status: 200,
            fields: [
                "Content-Type": "application/octet-stream",
                "Content-Disposition": "attachment; filename*=UTF-8''\(Self.percentEncoded(file.name))",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            ], body: file.octets)
    }

    private var noPart: HTTPReply {
        missing(Problem(404, "The message has no such part.", hint: "Look at it on the page of the send."))
    }

    /// RFC 8187: letters and digits as they are, everything else by its octets.
    private static func percentEncoded(_ name: String) -> String {
        var text = ""
        for octet in name.utf8.prefix(255) {
            switch octet {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F:
                text.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }
}
