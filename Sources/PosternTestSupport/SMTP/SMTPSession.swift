import Foundation
import NIOCore
import NIOSSL

/// One connection of a `ScriptedSMTPServer`, on its event loop.
final class SMTPSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode {
        case commands
        /// Lines of an AUTH dialogue; what was heard of it so far.
        case login(mechanism: String, heard: [String])
        case text
        /// Nothing more is read or said.
        case over
    }

    private let script: Script
    private let tls: NIOSSLContext?
    private let ledger: ServerLedger
    private var number = 0
    private var mode = Mode.commands
    private var isEncrypted: Bool
    /// Whether an action is under way. What comes in meanwhile waits.
    private var isBusy = false
    private var inbound = ByteBuffer()
    private var line = ""
    private var isLoggedIn = false
    private var sender: String?
    private var recipients: [String] = []
    private var text: [UInt8] = []
    private var textBegan = false

    init(script: Script, tls: NIOSSLContext?, ledger: ServerLedger) {
        self.script = script
        self.tls = tls
        self.ledger = ledger
        if case .implicit = script.security { isEncrypted = true } else { isEncrypted = false }
    }

    func channelActive(context: ChannelHandlerContext) {
        number = ledger.opened(context.channel)
        act(.greeting, context, standard: ["220 mx.example ESMTP"]) { _ in }
    }

    func channelInactive(context: ChannelHandlerContext) {
        mode = .over
        ledger.closed(number)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that refuses a bad certificate, for example. Tests look at what it did not send.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        inbound.writeBuffer(&part)
        continueReading(context)
    }

    private func continueReading(_ context: ChannelHandlerContext) {
        while !isBusy {
            switch mode {
            case .over:
                return
            case .text where !textBegan && inbound.readableBytes > 0:
                textBegan = true
                act(.text, context, standard: []) { _ in }
            case .commands, .login, .text:
                guard let octets = readLine() else { return }
                take(octets, context)
            }
        }
    }

    /// A line with its end.
    private func readLine() -> [UInt8]? {
        let view = inbound.readableBytesView
        guard let end = view.firstIndex(of: 0x0A) else { return nil }
        let octets = inbound.readBytes(length: end - view.startIndex + 1)
        // Not after every line: it moves what is left to the front.
        if inbound.readerIndex > 65_536 { inbound.discardReadBytes() }
        return octets
    }

    private func take(_ octets: [UInt8], _ context: ChannelHandlerContext) {
        if case .text = mode {
            guard octets == [0x2E, 0x0D, 0x0A] else {
                text.append(contentsOf: octets.first == 0x2E ? octets.dropFirst() : octets[...])
                return
            }
            finish(context)
            return
        }
        line = String(decoding: octets.reversed().drop { $0 == 0x0A || $0 == 0x0D }.reversed(), as: UTF8.self)
        ledger.add(ServerLine(text: line, at: .now, isEncrypted: isEncrypted), to: number)
        if case .login(let mechanism, let heard) = mode {
            continueLogin(mechanism, heard + [line], context)
        } else {
            command(context)
        }
    }

    // MARK: Commands

    private func command(_ context: ChannelHandlerContext) {
        let verb = line.prefix { $0 != " " }.uppercased()
        switch verb {
        case "EHLO": act(.ehlo, context, standard: ehloLines) { _ in }
        case "HELO": act(.helo, context, standard: ["250 mx.example"]) { _ in }
        case "STARTTLS": startTLS(context)
        case "AUTH": beginLogin(context)
        case "MAIL": mail(context)
        case "RCPT":
            let recipient = argument
            act(.recipient, context, standard: ["250 2.1.5 ok"]) { $0.isPositive ? self.recipients.append(recipient) : () }
        case "DATA":
            act(.data, context, standard: ["354 go ahead"]) { code in
                guard code.isIntermediate else { return }
                (self.mode, self.text, self.textBegan) = (.text, [], false)
            }
        case "RSET": act(.reset, context, standard: ["250 2.0.0 ok"]) { _ in self.forget() }
        case "NOOP": say(["250 2.0.0 ok"], context)
        case "QUIT": act(.quit, context, standard: ["221 2.0.0 bye"]) { _ in self.hangUp(context) }
        default: say(["500 5.5.2 unknown command"], context)
        }
    }

    private var ehloLines: [String] {
        var words = ["mx.example"] + script.extensions
        if case .startTLS = script.security, !isEncrypted { words.append("STARTTLS") }
        if let login = script.login { words.append("AUTH " + login.mechanisms.joined(separator: " ")) }
        return words.enumerated().map { "250\($0 == words.count - 1 ? " " : "-")\($1)" }
    }

    private func mail(_ context: ChannelHandlerContext) {
        guard script.login == nil || isLoggedIn else { return say(["530 5.7.0 authentication required"], context) }
        let sender = argument
        ledger.letterBegan()
        act(.mailFrom, context, standard: ["250 2.1.0 ok"]) { code in
            guard code.isPositive else { return }
            (self.sender, self.recipients) = (sender, [])
        }
    }

    /// What follows the colon.
    private var argument: String {
        line.firstIndex(of: ":").map { String(line[line.index(after: $0)...]) } ?? ""
    }

    private func finish(_ context: ChannelHandlerContext) {
        mode = .commands
        let message = ledger.add(
            ServerMessage(
                session: number, sender: sender ?? "", recipients: recipients, octets: text, at: .now, isAccepted: nil))
        // Recorded before it is said, since the client may look as soon as it has the answer.
        let record = { (code: ReplyCode) in self.ledger.answered(message, isAccepted: code.isPositive) }
        act(.finalDot, context, standard: ["250 2.0.0 queued as \(message)"], first: record) { _ in self.forget() }
    }

    private func forget() {
        (sender, recipients, text) = (nil, [], [])
    }

    // MARK: TLS and login

    private func startTLS(_ context: ChannelHandlerContext) {
        guard let tls, !isEncrypted else { return say(["502 5.5.1 not available"], context) }
        act(.startTLS, context, standard: ["220 2.0.0 go ahead"]) { code in
            guard code.isPositive else { return }
            self.isEncrypted = true
            self.inbound.clear()
            try? context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
        }
    }

    private func beginLogin(_ context: ChannelHandlerContext) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 2, script.login?.mechanisms.contains(words[1]) == true else {
            return say(["504 5.5.4 unknown mechanism"], context)
        }
        continueLogin(words[1], Array(words.dropFirst(2)), context)
    }

    private func continueLogin(_ mechanism: String, _ heard: [String], _ context: ChannelHandlerContext) {
        let prompts = mechanism == "LOGIN" ? ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] : ["334 "]
        if heard.count < prompts.count {
            mode = .login(mechanism: mechanism, heard: heard)
            return say([prompts[heard.count]], context)
        }
        mode = .commands
        let words = heard.map { String(decoding: Data(base64Encoded: $0) ?? Data(), as: UTF8.self) }
        let given = mechanism == "LOGIN" ? words : words[0].split(separator: "\0").map(String.init)
        let isRight = script.login.map { given == [$0.user, $0.password] } ?? false
        act(.login, context, standard: [isRight ? "235 2.7.0 ok" : "535 5.7.8 wrong credentials"]) { code in
            self.isLoggedIn = code.isPositive
        }
    }

    // MARK: Doing what the script says

    /// - Parameters:
    ///   - first: before the reply is written.
    ///   - then: after it.
    private func act(
        _ stage: ServerStage, _ context: ChannelHandlerContext, standard: [String],
        first: @escaping (ReplyCode) -> Void = { _ in }, then: @escaping (ReplyCode) -> Void
    ) {
        let info = SessionInfo(
            session: number, letter: max(ledger.letters - 1, 0), isEncrypted: isEncrypted, line: line, recipients: recipients,
            open: Set(ledger.channels.keys))
        perform(script.action(at: stage, info), context, Reaction(standard: standard, first: first, then: then))
    }

    private struct Reaction {
        let standard: [String]
        let first: (ReplyCode) -> Void
        let then: (ReplyCode) -> Void
    }

    private func perform(_ action: ServerAction, _ context: ChannelHandlerContext, _ reaction: Reaction) {
        switch action {
        case .standard: perform(.lines(reaction.standard), context, reaction)
        case .lines(let lines):
            reaction.first(ReplyCode(lines))
            say(lines, context)
            reaction.then(ReplyCode(lines))
        case .octets(let octets):
            let code = ReplyCode([String(decoding: octets, as: UTF8.self)])
            reaction.first(code)
            write(octets, context)
            reaction.then(code)
        case .drop: hangUp(context)
        case .thenDrop(let last):
            perform(last, context, reaction)
            hangUp(context)
        case .after(let wait, let next):
            isBusy = true
            context.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.nanoseconds)) {
                self.resume(next, context, reaction)
            }
        case .once(let gate, let next):
            isBusy = true
            gate.opening(on: context.eventLoop).assumeIsolated().whenSuccess {
                self.resume(next, context, reaction)
            }
        case .stall:
            isBusy = true
            // The other side notices once the buffers between us are full.
            _ = try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        }
    }

    private func resume(_ action: ServerAction, _ context: ChannelHandlerContext, _ reaction: Reaction) {
        isBusy = false
        guard context.channel.isActive else { return }
        perform(action, context, reaction)
        continueReading(context)
    }

    private func say(_ lines: [String], _ context: ChannelHandlerContext) {
        guard !lines.isEmpty else { return }
        write(Array(lines.map { $0 + "\r\n" }.joined().utf8), context)
    }

    private func write(_ octets: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: octets)), promise: nil)
    }

    private func hangUp(_ context: ChannelHandlerContext) {
        mode = .over
        context.close(promise: nil)
    }
}

/// The code of a reply, 0 when there is none.
private struct ReplyCode {
    private let code: Int

    init(_ lines: [String]) {
        code = lines.last.flatMap { Int($0.prefix(3)) } ?? 0
    }

    var isPositive: Bool { code / 100 == 2 }
    var isIntermediate: Bool { code / 100 == 3 }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
