internal import Mail
internal import NIOCore

/// One connection to the sandbox: octets in, commands and mail data out of them, replies back.
///
/// Runs on its event loop only. While a reply is held back (`slow`), no more is read from the socket.
final class SessionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode {
        case commands
        /// Too long a command line: refused already, dropped up to its end.
        case skippingLine
        case data(MailDataIntake)
        /// A reply is held back; what came meanwhile waits in `input`.
        case holding
        case closed
    }

    private let rules: Sandbox.Rules
    private let faults: FaultMemory
    private var dialogue: Dialogue
    private var mode = Mode.commands
    private var input = ByteBuffer()
    private var readHeldBack = false
    private var heldReply: Scheduled<Void>?

    init(rules: Sandbox.Rules) {
        self.rules = rules
        self.faults = FaultMemory(in: rules.inbox)
        self.dialogue = Dialogue(maximumSize: rules.maximumSize)
    }

    func channelActive(context: ChannelHandlerContext) {
        say(Dialogue.banner, context)
        context.flush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Dropping the intake drops its draft: a line lost before the end mark means not taken (RFC 5321 §4.1.1.4).
        mode = .closed
        heldReply?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if case .holding = mode { readHeldBack = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var chunk = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = chunk } else { input.writeBuffer(&chunk) }
        work(context)
    }

    /// Goes as far as the octets at hand allow, and answers all of it in one write (RFC 2920 §3.2).
    private func work(_ context: ChannelHandlerContext) {
        var goOn = true
        while goOn {
            switch mode {
            case .commands: goOn = readCommand(context)
            case .skippingLine: goOn = skipLine()
            case .data(let intake): goOn = readData(intake, context)
            case .holding, .closed: goOn = false
            }
        }
        input.discardReadBytes()
        context.flush()
    }

    private func readCommand(_ context: ChannelHandlerContext) -> Bool {
        let view = input.readableBytesView
        guard let end = view.firstIndex(of: 0x0A) else {
            if view.count <= Command.maximumLength { return false }
            say(Reply(500, 5, 5, 2, "command line too long"), context)
            mode = .skippingLine
            return true
        }
        let line = view[..<end]
        input.moveReaderIndex(forwardBy: line.count + 1)
        guard line.count <= Command.maximumLength + 1 else {
            say(Reply(500, 5, 5, 2, "command line too long"), context)
            return true
        }
        guard line.last == 0x0D else {
            say(Reply(500, 5, 5, 2, "a command line ends in CR LF"), context)
            return true
        }
        do throws(Refusal) {
            obey(dialogue.step(try Command(parsing: line.dropLast()), faults: faults), context)
        } catch {
            say(error.reply, context)
        }
        return true
    }

    private func skipLine() -> Bool {
        guard let end = input.readableBytesView.firstIndex(of: 0x0A) else {
            input.clear()
            return false
        }
        input.moveReaderIndex(to: end + 1)
        mode = .commands
        return true
    }

    private func obey(_ step: Dialogue.Step, _ context: ChannelHandlerContext) {
        switch step {
        case .say(let reply): say(reply, context)
        case .bye(let reply):
            say(reply, context)
            end(context)
        case .takeData:
            guard let transaction = dialogue.transaction, let clientName = dialogue.clientName else { return }
            do throws(SandboxInboxError) {
                let draft = try Draft(in: rules.inbox, for: transaction, from: clientName)
                mode = .data(MailDataIntake(draft: draft, maximumSize: rules.maximumSize))
                say(Reply(354, plain: "go on; end with <CRLF>.<CRLF>"), context)
            } catch {
                dialogue.endTransaction()
                say(Reply(451, 4, 3, 0, "the inbox cannot be written"), context)
            }
        }
    }

    private func readData(_ intake: MailDataIntake, _ context: ChannelHandlerContext) -> Bool {
        guard input.readableBytes > 0 else { return false }
        let ended = input.readWithUnsafeReadableBytes { chunk in intake.read(chunk) }
        guard ended, let transaction = dialogue.transaction else { return ended }
        let reply = intake.finish()
        dialogue.endTransaction()
        mode = .commands
        guard reply.isPositive else {
            say(reply, context)
            return true
        }
        faults.settle(transaction)
        if transaction.plays(.unconfirmed) {
            end(context)
        } else if transaction.plays(.slow) {
            hold(reply, context)
        } else {
            say(reply, context)
        }
        return true
    }

    private func hold(_ reply: Reply, _ context: ChannelHandlerContext) {
        mode = .holding
        heldReply = context.eventLoop.assumeIsolated().scheduleTask(in: rules.slowReply) { [self] in
            mode = .commands
            say(reply, context)
            work(context)
            if readHeldBack {
                readHeldBack = false
                context.read()
            }
        }
    }

    private func say(_ reply: Reply, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(context.channel.allocator.buffer(string: reply.wire)), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        mode = .closed
        context.flush()
        context.close(promise: nil)
    }
}
