import Curl
import Mail

extension SMTPTransport {
    /// Makes a session as for a message, says goodbye, and explains what went wrong.
    ///
    /// - Parameter patience: how long a server may say nothing before it is looked whether it waits for TLS.
    package func checkLogin(patience: Duration = .seconds(3)) async -> LoginCheck {
        guard server.security != .implicitTLS else { return await explained(await firstTry()) }
        return await withTaskGroup(of: LoginCheck?.self) { group in
            group.addTask { await firstTry() }
            group.addTask {
                do { try await Task.sleep(for: patience) } catch { return nil }
                return await mind(.implicitTLS) ? wrongWay(.implicitTLS) : nil
            }
            var check: LoginCheck?
            while check == nil, let next = await group.next() { check = next }
            group.cancelAll()
            return await explained(check ?? LoginCheck(failure: nil))
        }
    }

    private func firstTry() async -> LoginCheck {
        var record = Transaction(forwardPaths: [])
        if isReadableOnTheWay, !options.allowPlainBeyondLoopback {
            record.fault = TransportFault(
                .plainNotAllowed,
                detail: "\(server) is not on this machine, and the line would not be encrypted")
            return LoginCheck(failure: record.sessionFailure)
        }
        guard let session = await openSession(nil, &record, { _ in }) else {
            return LoginCheck(failure: record.sessionFailure, conversation: record.conversation)
        }
        await session.connection.close(farewell: ConnectionPool.quit)
        return LoginCheck(
            failure: nil, conversation: record.conversation, sizeLimit: session.capabilities.sizeLimit)
    }

    /// The same with what a second look at the port shows.
    private func explained(_ check: LoginCheck) async -> LoginCheck {
        guard let failure = check.failure, check.otherWay == nil else { return check }
        switch (server.security, failure.code, failure.phase) {
        case (.implicitTLS, .tlsFailed, .tls):
            if let key = await untrustedKey() {
                return LoginCheck(failure: failure, conversation: check.conversation, publicKey: key)
            }
            return await plainWay().map(wrongWay) ?? check
        case (_, .tlsFailed, _):
            return LoginCheck(
                failure: failure, conversation: check.conversation, publicKey: await untrustedKey())
        case (.startTLS, .timeout, _), (.startTLS, .connectionFailed, .greeting),
            (.plain, .timeout, _), (.plain, .connectionFailed, .greeting):
            return await mind(.implicitTLS) ? wrongWay(.implicitTLS) : check
        default: return check
        }
    }

    private func wrongWay(_ way: SubmissionServer.Security) -> LoginCheck {
        let right = "\(way.scheme)://\(server.authority)"
        let speaks =
            switch way {
            case .implicitTLS: "speaks TLS from the first octet"
            case .startTLS: "begins in clear and offers STARTTLS"
            case .plain: "speaks in clear and offers no TLS"
            }
        return LoginCheck(
            failure: Failure(
                .tlsFailed,
                "Port \(server.port) of \(server.host) \(speaks); it was asked for \(server.security.scheme)://.",
                hint: way == .plain && !server.isLoopback
                    ? "Nothing is sent in clear over a network. Use the provider's port 465 (smtps) or 587 (smtp)."
                    : "Use \(right) instead.", phase: .tls),
            otherWay: way)
    }

    /// True when the port answers a connection of this kind with TLS, whatever its certificate is.
    private func mind(_ security: SubmissionServer.Security) async -> Bool {
        do {
            let connection = try await engine.connect(
                bare(security, publicKey: nil), deadline: .now + .seconds(5))
            await connection.close(farewell: ConnectionPool.quit)
            return true
        } catch {
            return error.name == "CURLE_PEER_FAILED_VERIFICATION" || error.session.isSecured
        }
    }

    /// How a port that does not begin with TLS speaks; nil when nothing there greets as SMTP.
    private func plainWay() async -> SubmissionServer.Security? {
        guard
            let connection = try? await engine.connect(
                bare(.plain, publicKey: nil), deadline: .now + .seconds(5))
        else { return nil }
        let capabilities = Capabilities(connection.session)
        await connection.close(farewell: ConnectionPool.quit)
        return capabilities.startTLS ? .startTLS : .plain
    }

    /// libcurl tells the key of a server only where one is pinned, so one is that nobody has.
    private func untrustedKey() async -> String? {
        if options.publicKey != nil { return nil }
        let nobody = "sha256//" + Base64.text([UInt8](repeating: 0, count: 32))
        do {
            let connection = try await engine.connect(
                bare(server.security, publicKey: nobody), deadline: .now + .seconds(5))
            await connection.close()
            return nil
        } catch {
            return error.session.publicKey
        }
    }

    private func bare(_ security: SubmissionServer.Security, publicKey: String?) -> ConnectRequest {
        request(security: security, login: nil, publicKey: publicKey) { _ in }
    }
}
