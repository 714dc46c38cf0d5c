import CCurl

extension CurlError {
    init(_ code: CURLcode, words: String, session: Session = Session()) {
        let detail = words.isEmpty ? String(cString: curl_easy_strerror(code)) : words
        self.init(Self.kind(of: code), name: Self.name(of: code), detail: detail, session: session)
    }

    private static func kind(of code: CURLcode) -> Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolveFailed
        case CURLE_COULDNT_CONNECT: .connectFailed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            .tlsFailed
        case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: .loginDenied
        case CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED: .refused
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE,
            CURLE_UNSUPPORTED_PROTOCOL:
            .lineLost
        default: .other
        }
    }

    /// The C names of the codes that a session can end with; the numbers are libcurl's ABI and never change.
    static func name(of code: CURLcode) -> String {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL: "CURLE_UNSUPPORTED_PROTOCOL"
        case CURLE_FAILED_INIT: "CURLE_FAILED_INIT"
        case CURLE_URL_MALFORMAT: "CURLE_URL_MALFORMAT"
        case CURLE_NOT_BUILT_IN: "CURLE_NOT_BUILT_IN"
        case CURLE_COULDNT_RESOLVE_PROXY: "CURLE_COULDNT_RESOLVE_PROXY"
        case CURLE_COULDNT_RESOLVE_HOST: "CURLE_COULDNT_RESOLVE_HOST"
        case CURLE_COULDNT_CONNECT: "CURLE_COULDNT_CONNECT"
        case CURLE_WEIRD_SERVER_REPLY: "CURLE_WEIRD_SERVER_REPLY"
        case CURLE_REMOTE_ACCESS_DENIED: "CURLE_REMOTE_ACCESS_DENIED"
        case CURLE_OUT_OF_MEMORY: "CURLE_OUT_OF_MEMORY"
        case CURLE_OPERATION_TIMEDOUT: "CURLE_OPERATION_TIMEDOUT"
        case CURLE_SSL_CONNECT_ERROR: "CURLE_SSL_CONNECT_ERROR"
        case CURLE_ABORTED_BY_CALLBACK: "CURLE_ABORTED_BY_CALLBACK"
        case CURLE_BAD_FUNCTION_ARGUMENT: "CURLE_BAD_FUNCTION_ARGUMENT"
        case CURLE_UNKNOWN_OPTION: "CURLE_UNKNOWN_OPTION"
        case CURLE_GOT_NOTHING: "CURLE_GOT_NOTHING"
        case CURLE_PARTIAL_FILE: "CURLE_PARTIAL_FILE"
        case CURLE_TOO_MANY_REDIRECTS: "CURLE_TOO_MANY_REDIRECTS"
        case CURLE_SEND_ERROR: "CURLE_SEND_ERROR"
        case CURLE_RECV_ERROR: "CURLE_RECV_ERROR"
        case CURLE_SSL_CERTPROBLEM: "CURLE_SSL_CERTPROBLEM"
        case CURLE_SSL_CIPHER: "CURLE_SSL_CIPHER"
        case CURLE_PEER_FAILED_VERIFICATION: "CURLE_PEER_FAILED_VERIFICATION"
        case CURLE_USE_SSL_FAILED: "CURLE_USE_SSL_FAILED"
        case CURLE_SSL_ENGINE_INITFAILED: "CURLE_SSL_ENGINE_INITFAILED"
        case CURLE_LOGIN_DENIED: "CURLE_LOGIN_DENIED"
        case CURLE_SSL_CACERT_BADFILE: "CURLE_SSL_CACERT_BADFILE"
        case CURLE_SSL_ISSUER_ERROR: "CURLE_SSL_ISSUER_ERROR"
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: "CURLE_SSL_PINNEDPUBKEYNOTMATCH"
        case CURLE_AUTH_ERROR: "CURLE_AUTH_ERROR"
        default: "CURLE_\(code.rawValue)"
        }
    }
}
