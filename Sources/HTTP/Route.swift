import MCP

/// A path, and what each method does there.
struct Route: Sendable {
    typealias Handler = @Sendable (WebRequest) async throws(Refused) -> HTTPReply

    /// What a method takes and does.
    struct Operation: Sendable {
        let method: String
        /// Nil: a body is ignored.
        let body: Body?
        /// The names that the query may have; nil leaves that to the handler.
        let query: [String]?
        let handler: Handler
    }

    /// What a body must be.
    struct Body: Sendable {
        let limit: Int
        /// True: `application/json` alone, which no other site's page can send unasked.
        let isJSON: Bool
    }

    /// Between the slashes: a word, or nil for anything.
    let pattern: [String?]
    /// As it stands in documents and metrics: `/track/{id}`.
    let name: String
    /// True for what tells nothing and is asked without a token.
    var isProbe = false
    /// True for what a person sees in a browser, or saves from there.
    var isPage = false
    /// True where programs ask too.
    var isShared: Bool { !name.hasPrefix("/ui/") }
    /// True when the operations answer every method themselves, also OPTIONS and unknown ones.
    var takesAllMethods = false
    let operations: [Operation]

    /// - Parameter path: a name in braces stands for anything.
    init(_ path: String, isProbe: Bool = false, takesAllMethods: Bool = false, _ operations: [Operation]) {
        self.name = path
        self.pattern = path.split(separator: "/").map { $0.hasPrefix("{") ? nil : String($0) }
        self.isProbe = isProbe
        self.takesAllMethods = takesAllMethods
        self.operations = operations
    }

    func matches(_ path: [String]) -> Bool {
        guard path.count == pattern.count else { return false }
        for (piece, wanted) in zip(path, pattern) {
            if let wanted { if wanted != piece { return false } } else if piece.isEmpty { return false }
        }
        return true
    }

    /// The same, where a browser asks as well.
    var asPage: Route {
        var route = self
        route.isPage = true
        return route
    }

    /// HEAD is what GET is.
    func operation(_ method: String) -> Operation? {
        let wanted = method == "HEAD" ? "GET" : method
        return operations.first { $0.method == wanted } ?? (takesAllMethods ? operations.first : nil)
    }

    /// For `Allow` (RFC 9110 §10.2.1).
    var allowed: String {
        var methods = operations.map(\.method)
        if let get = methods.firstIndex(of: "GET") { methods.insert("HEAD", at: get + 1) }
        return (methods + ["OPTIONS"]).joined(separator: ", ")
    }
}

extension Route.Operation {
    static func get(_ query: [String]? = [], _ handler: @escaping Route.Handler) -> Self {
        Self(method: "GET", body: nil, query: query, handler: handler)
    }

    static func post(_ body: Route.Body, query: [String]? = [], _ handler: @escaping Route.Handler) -> Self {
        Self(method: "POST", body: body, query: query, handler: handler)
    }
}
