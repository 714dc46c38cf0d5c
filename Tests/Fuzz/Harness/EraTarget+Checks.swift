import JSON

@testable import MCP

extension EraTarget {
    private static let versionKey = "io.modelcontextprotocol/protocolVersion"

    /// One message and what was made of it. `before` is the revision that was agreed on before it came.
    mutating func check(
        _ reaction: Reaction, to message: JSON, in before: Revision?, within line: [UInt8],
        inBatch: Bool = false
    ) {
        let id = RequestID(message["id"])
        guard let method = message["method"] else {
            if message.object != nil, message["result"] != nil || message["error"] != nil {
                return expectSilence(reaction, "a response is never answered")
            }
            return expectError(reaction, -32600, to: message.object == nil ? nil : id, "no message")
        }
        guard let method = method.string else {
            return expectError(reaction, -32600, to: id, "a method must be a string")
        }
        guard message["id"] != nil else { return checkNotification(reaction, method, message) }
        guard let id, message["jsonrpc"] == "2.0" else {
            return expectError(reaction, -32600, to: id, "an id or a version that is not allowed")
        }
        let modern = message["params"]?["_meta"]?[Self.versionKey] != nil
        if inBatch, modern || method == "initialize" {
            return expectError(reaction, -32600, to: id, "not allowed in a batch")
        }
        if open.contains(where: { $0.call.id == id }) {
            return expectError(reaction, -32600, to: id, "the id of a call that still runs")
        }
        checkRequest(reaction, id, method, message["params"], modern: modern, before, line, inBatch)
        // How many subscriptions there may still be does depend on the session.
        if modern, method != "subscriptions/listen" { checkStateless(reaction, line) }
    }

    private mutating func checkNotification(_ reaction: Reaction, _ method: String, _ message: JSON) {
        let cancelled = RequestID(message["params"]?["requestId"])
        if method == "notifications/cancelled",
            let place = open.firstIndex(where: { $0.call.id == cancelled })
        {
            let call = open.remove(at: place).call
            guard case .cancel(call.serial) = reaction else { Failure.stop("a running call is cancelled") }
            expect(!session.isOpen(call) && !session.settle(call), "a cancelled call is not answered")
            Tally.count("era:cancelled")
        } else {
            expectSilence(reaction, "a notification is never answered")
        }
    }

    private mutating func checkRequest(
        _ reaction: Reaction, _ id: RequestID, _ method: String, _ params: JSON?, modern: Bool,
        _ before: Revision?, _ line: [UInt8], _ inBatch: Bool
    ) {
        switch reaction {
        case .answer(let answer):
            check(answer, to: id, modern: modern, most: 6 * line.count + (1 << 14))
            let agreed = method == "initialize" && !modern && answer.errorCode == nil
            if agreed {
                expect(
                    session.negotiated.map(Revision.legacy.contains) == true, "a legacy revision is agreed on"
                )
            }
            if before == nil, !modern, !agreed, method != "ping" {
                expect(answer.errorCode != nil, "without an agreement a legacy request is refused")
            }
            Tally.count(answer.errorCode == nil ? "era:answers" : "era:errors")
        case .call(let call):
            expect(modern ? call.revision.isModern : call.revision == before, "a call is of its era")
            checkNew(call, id, method, inBatch)
            open.append(Open(call: call, params: params))
            Tally.count("era:calls")
        case .subscribe(let answer, let call):
            expect(
                method == "resources/subscribe" && call.kind == .watching && !modern, "a legacy subscription")
            expect(call.revision == before, "a subscription is of its era")
            check(answer, to: id, modern: false, most: line.count + 100)
            checkNew(call, id, method, inBatch)
            watching.append(call)
            expect(watching.count <= 64, "subscriptions are few")
            Tally.count("era:subscriptions")
        case .unsubscribe(let answer, let serial):
            expect(method == "resources/unsubscribe" && !modern, "an end of a legacy subscription")
            check(answer, to: id, modern: false, most: line.count + 100)
            if let serial { unsubscribe(serial) }
        default: Failure.stop("a request is answered or becomes a call, not \(reaction)")
        }
    }

    private mutating func checkNew(_ call: Call, _ id: RequestID, _ method: String, _ inBatch: Bool) {
        expect(call.id == id && call.method == method, "a call has the id and the method of its request")
        expect(call.serial > lastSerial, "a call has a new serial number")
        // In a batch what follows has been taken too, and may have ended it.
        expect(inBatch || session.isOpen(call), "a new call is open")
        lastSerial = call.serial
    }

    private mutating func unsubscribe(_ serial: Int) {
        guard let place = watching.firstIndex(where: { $0.serial == serial }) else {
            Failure.stop("what is unsubscribed was subscribed")
        }
        let call = watching.remove(at: place)
        expect(!session.isOpen(call), "what is unsubscribed is closed")
        end(call)
    }

    /// A modern request carries everything with it: to a stranger it gets the same answer.
    private func checkStateless(_ reaction: Reaction, _ line: [UInt8]) {
        guard case .answer(let answer) = reaction, line.first != UInt8(ascii: "[") else { return }
        var stranger = Session(Self.catalogue)
        guard case .answer(let other) = stranger.receive(line), other.bytes == answer.bytes else {
            Failure.stop("a modern answer does not depend on the session")
        }
        expect(stranger.negotiated == nil, "a modern request agrees on nothing")
    }

    // MARK: - Answers

    /// What every answer must be: one line of JSON with the request's id in its type, and the form of its era.
    func check(_ answer: Answer, to id: RequestID?, modern: Bool?, most: Int) {
        expect(!answer.bytes.contains { $0 < 0x20 }, "an answer is one line without control characters")
        expect(answer.bytes.count <= most, "an answer of \(answer.bytes.count) bytes is too long")
        guard let json = try? JSON(parsing: answer.bytes, depth: 512) else {
            Failure.stop("an answer is JSON")
        }
        expect(json["jsonrpc"] == "2.0", "an answer is JSON-RPC 2.0")
        switch (id?.json, json["id"]) {
        case (.integer(let one), .integer(let other)): expect(one == other, "the id is \(one)")
        case (.string(let one), .string(let other)):
            expect(Array(one.utf8) == Array(other.utf8), "the id is \(one)")
        case (nil, .null): break
        default: Failure.stop("the id of an answer is that of its request")
        }
        expect((json["result"] == nil) != (json["error"] == nil), "an answer has a result or an error")
        expect(json["error"]?["code"]?.integer == answer.errorCode, "the code is told beside the bytes")
        if let message = json["error"]?["message"]?.string {
            expect(isPrintable(message, most: 1000), "an error is short and printable: \(message)")
        }
        if let modern, let result = json["result"] {
            expect((result["resultType"] != nil) == modern, "resultType belongs to the modern era")
        }
    }

    func expectError(_ reaction: Reaction, _ code: Int64, to id: RequestID?, _ reason: String) {
        guard case .answer(let answer) = reaction, answer.errorCode == code else {
            Failure.stop("\(code) is answered (\(reason)), not \(reaction)")
        }
        check(answer, to: id, modern: nil, most: 1 << 14 + (id?.json.bytes.count ?? 0))
        Tally.count("era:refused")
    }

    private func expectSilence(_ reaction: Reaction, _ reason: String) {
        guard case .silence = reaction else { Failure.stop("\(reason), but: \(reaction)") }
        Tally.count("era:silent")
    }
}
