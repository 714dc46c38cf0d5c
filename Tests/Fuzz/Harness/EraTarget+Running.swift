import JSON

@testable import MCP

/// The running of calls to their ends, as the holder of the connection would.
extension EraTarget {
    /// How the client behaves while a call runs.
    private enum Manner: Int, CaseIterable {
        case accepts, declines, fails, cannotBeReached, cancels, talksNonsense, goesAway
    }

    mutating func finish(_ number: UInt8, manner: UInt8) {
        guard !open.isEmpty else { return }
        let (call, params) = { ($0.call, $0.params) }(open.remove(at: Int(number) % open.count))
        let manner = Manner(rawValue: Int(manner) % Manner.allCases.count) ?? .accepts
        let errand = Errand(
            call, carries: manner != .cannotBeReached,
            cancelled: manner == .cancels || call.kind == .listening)
        var notices = 0
        var asked = false
        var ended: Answer?
        while ended == nil {
            switch errand.next() {
            case .notice(let notice):
                notices += 1
                if let question = check(notice, of: call) {
                    asked = true
                    answer(question, manner)
                }
            case .ended(let answer):
                guard let answer else { Failure.stop("a request has an answer") }
                ended = answer
            }
        }
        guard let ended else { return }
        expect(call.mayNotify || notices == 0, "a call says beforehand that it has something to tell")
        check(ended, to: call.id, modern: call.revision.isModern, most: 1 << 30)
        checkApproval(ended, of: call, params ?? [:], wasAccepted: asked && manner == .accepts)
        expect(session.isOpen(call) && session.settle(call), "the answer of an open call is wanted")
        expect(!session.isOpen(call) && !session.settle(call), "a call is answered once")
        expect(!session.awaitsAnswers, "an ended call asks nothing")
        Tally.count("era:finished")
    }

    /// Ends a legacy subscription, which tells of changes until then and has no answer.
    mutating func end(_ call: Call) {
        let errand = Errand(call, carries: true, cancelled: true)
        while true {
            switch errand.next() {
            case .notice(let notice): expect(check(notice, of: call) == nil, "a subscription asks nothing")
            case .ended(let answer):
                expect(answer == nil, "a subscription has no answer of its own")
                expect(!session.settle(call) && !session.isOpen(call), "a subscription ends")
                return
            }
        }
    }

    /// The id when it is a question.
    private func check(_ notice: Notice, of call: Call) -> JSON? {
        expect(!notice.bytes.contains { $0 < 0x20 }, "a notice is one line")
        guard let json = try? JSON(parsing: notice.bytes, depth: 512) else {
            Failure.stop("a notice is JSON")
        }
        expect(json["jsonrpc"] == "2.0" && json["result"] == nil, "a notice is a message of ours")
        let method = json["method"]?.string ?? ""
        let params = json["params"]
        switch method {
        case "notifications/progress":
            expect(params?["progressToken"] != nil, "progress is told to a client that gave a token")
        case "notifications/resources/updated", "notifications/subscriptions/acknowledged":
            expect(call.kind != .request, "changes are told to subscribers")
        case "notifications/cancelled":
            expect(params?["requestId"] != nil, "a question is withdrawn by its id")
        case "elicitation/create":
            expect(json["id"] != nil, "a question has an id")
            expect(
                !call.revision.isModern && call.revision >= .june2025, "only some clients are asked directly")
            Tally.count("era:questions")
            return json["id"]
        default: Failure.stop("\(method) is none of our methods")
        }
        expect(json["id"] == nil, "a notification has no id")
        return nil
    }

    private mutating func answer(_ question: JSON, _ manner: Manner) {
        var response: JSON.Object = ["jsonrpc": "2.0", "id": question]
        switch manner {
        case .accepts: response["result"] = ["action": "accept", "content": [:]]
        case .declines: response["result"] = ["action": "decline"]
        case .fails: response["error"] = ["code": -1, "message": "no"]
        case .talksNonsense: response["result"] = ["action": ["accept"]]
        case .goesAway: return session.stopAsking()
        case .cannotBeReached, .cancels: return
        }
        guard case .silence = session.receive(JSON.object(response).bytes) else {
            Failure.stop("a response is never answered")
        }
    }

    /// Nothing is approved but by an answer to our own question about just that.
    private mutating func checkApproval(_ answer: Answer, of call: Call, _ params: JSON, wasAccepted: Bool) {
        let result = (try? JSON(parsing: answer.bytes, depth: 512))?["result"]
        let arguments = params["arguments"].flatMap { $0.isNull ? nil : $0 } ?? [:]
        if let state = result?["requestState"]?.string {
            expect(
                call.revision.isModern && result?["resultType"] == "input_required",
                "a state is of the modern era")
            issued[state] = (params["name"], arguments)
            lastState = state
            Tally.count("era:states")
        }
        guard result?["content"]?[0]?["text"] == #"{"approved":true}"#, call.name == "ask" else { return }
        Tally.count("era:approved")
        if !call.revision.isModern { return expect(wasAccepted, "a legacy client was asked and accepted") }
        let state = params["requestState"]?.string.flatMap { issued[$0] }
        expect(
            state?.name == "ask" && state?.arguments == arguments, "an approval is of what was asked about")
        expect(params["inputResponses"]?["ok"]?["action"] == "accept", "an approval is an acceptance")
    }
}
