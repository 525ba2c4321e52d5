/// The server's side of one SMTP dialogue (RFC 5321) as a pure state machine: bytes in, replies and letters out.
///
/// It is stricter than most servers. It exists to show what we send, so it refuses, with a reason, anything that some smarthost
/// might refuse. Lines must end with CRLF, since a bare LF lets one letter smuggle in another, and must not be longer than
/// RFC 5321 §4.5.3.1 allows.
package struct MailboxDialogue: ~Copyable {
    package enum Output: Equatable, Sendable {
        case reply(String)
        case letter(Envelope, source: [UInt8])
        /// Say nothing more and hang up.
        case close
    }

    /// The sender and recipients, as in MAIL and RCPT.
    package struct Envelope: Equatable, Sendable {
        package var sender = ""
        package var recipients: [String] = []

        package init(sender: String = "", recipients: [String] = []) {
            self.sender = sender
            self.recipients = recipients
        }
    }

    /// When a letter can be refused.
    package enum Moment: Equatable, Sendable {
        case recipient(String)
        case letter
    }

    /// Returns the reply that refuses, or nil to accept.
    package typealias Judge = @Sendable (Moment, Envelope) -> String?

    private enum State {
        /// → ready
        case greeting
        /// → mail, and itself by RSET and EHLO
        case ready
        /// A sender is known. → data, ready
        case mail(Envelope)
        /// → ready
        case data(Envelope)
    }

    package static let commandLimit = 1_024
    package static let textLineLimit = 1_000
    package static let recipientLimit = 100
    package static let letterLimitKiB = 1_024

    private var state = State.greeting
    private var line: [UInt8] = []
    private var isLineTooLong = false
    /// How the line before this one ended: a dot ends a letter only between two CRLFs.
    private var followsCRLF = true
    private var source: [UInt8] = []
    /// The reply to the first fault of the incoming letter. Sent after the final dot, when the client reads again.
    private var refusal: String?
    private let judge: Judge

    /// - Parameter judge: may refuse valid letters, like a server that does not know the recipient.
    package init(judge: @escaping Judge = { _, _ in nil }) {
        self.judge = judge
    }

    package var greeting: Output { .reply("220 mailbox.example ESMTP demo mailbox") }

    /// Takes whatever arrived, in pieces of any size. Everything after `.close` is left unread.
    package mutating func receive(_ bytes: some Sequence<UInt8>) -> [Output] {
        var outputs: [Output] = []
        for byte in bytes {
            line.append(byte)
            if byte == 0x0A {
                let isEndedByCRLF = line.count >= 2 && line[line.count - 2] == 0x0D
                endLine(isEndedByCRLF: isEndedByCRLF, &outputs)
                line.removeAll(keepingCapacity: true)
                (isLineTooLong, followsCRLF) = (false, isEndedByCRLF)
                if outputs.last == .close { break }
            } else if line.count > (isReceivingLetter ? Self.textLineLimit : Self.commandLimit) {
                // Its beginning is dropped. The last byte stays, since it may be the CR of the line end.
                isLineTooLong = true
                line.removeFirst(line.count - 1)
            }
        }
        return outputs
    }

    private var isReceivingLetter: Bool {
        if case .data = state { true } else { false }
    }

    private mutating func endLine(isEndedByCRLF: Bool, _ outputs: inout [Output]) {
        if case .data(let envelope) = state {
            takeText(envelope, isEndedByCRLF: isEndedByCRLF, &outputs)
        } else if isLineTooLong {
            outputs.append(.reply("500 5.5.2 Line too long"))
        } else if !isEndedByCRLF {
            // Anything after this may be smuggled, so nothing more is read from this client.
            outputs += [.reply("554 5.5.2 A line ended without CR LF"), .close]
        } else {
            command(String(decoding: line.dropLast(2), as: UTF8.self), &outputs)
        }
    }

    private mutating func takeText(_ envelope: Envelope, isEndedByCRLF: Bool, _ outputs: inout [Output]) {
        if !isLineTooLong, followsCRLF, line == [0x2E, 0x0D, 0x0A] {
            outputs.append(contentsOf: endOfLetter(envelope))
            (state, refusal) = (.ready, nil)
            source.removeAll()
            return
        }
        if isLineTooLong || line.count > Self.textLineLimit {
            refuse("554 5.6.0 A line is longer than 1000 octets")
        } else if !isEndedByCRLF || line.dropLast(2).contains(0x0D) {
            refuse("554 5.6.0 A line ends without CR LF")
        } else if source.count + line.count > Self.letterLimitKiB * 1_024 {
            refuse("552 5.3.4 The letter is larger than 1 MiB")
        }
        guard refusal == nil else { return source.removeAll() }
        // RFC 5321 §4.5.2: the client doubles a dot at the beginning of a line.
        source += line.first == 0x2E ? line.dropFirst() : line[...]
    }

    private mutating func refuse(_ reply: String) {
        refusal = refusal ?? reply
    }

    private func endOfLetter(_ envelope: Envelope) -> [Output] {
        if let refusal = refusal ?? judge(.letter, envelope) { return [.reply(refusal)] }
        return [.letter(envelope, source: source), .reply("250 2.0.0 Kept")]
    }
}

extension MailboxDialogue {
    private mutating func command(_ line: String, _ outputs: inout [Output]) {
        let words = line.split(separator: " ", maxSplits: 1)
        let verb = words.first?.uppercased() ?? ""
        let argument = words.count == 2 ? words[1] : ""
        switch verb {
        case "EHLO", "HELO":
            guard !argument.isEmpty else { return outputs.append(.reply("501 5.5.4 Who are you?")) }
            state = .ready
            let extensions = ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE \(Self.letterLimitKiB * 1_024)", "ENHANCEDSTATUSCODES"]
            let lines = verb == "EHLO" ? ["mailbox.example"] + extensions : ["mailbox.example"]
            outputs += lines.enumerated().map { .reply("250\($0 < lines.count - 1 ? "-" : " ")\($1)") }
        case "MAIL": outputs.append(.reply(mail(argument)))
        case "RCPT": outputs.append(.reply(rcpt(argument)))
        case "DATA": outputs.append(.reply(data(argument)))
        case "RSET":
            if case .greeting = state {} else { state = .ready }
            outputs.append(.reply("250 2.0.0 Forgotten"))
        case "NOOP": outputs.append(.reply("250 2.0.0 Here"))
        case "VRFY": outputs.append(.reply("252 2.0.0 Send it and see"))
        case "QUIT": outputs += [.reply("221 2.0.0 Bye"), .close]
        default: outputs.append(.reply("502 5.5.1 Not known here"))
        }
    }

    private mutating func mail(_ argument: Substring) -> String {
        guard case .ready = state else { return "503 5.5.1 Not now" }
        guard let (path, parameters) = Self.path(in: argument, after: "FROM:") else { return "501 5.1.7 MAIL FROM:<address>" }
        for parameter in parameters.split(separator: " ") {
            let name = parameter.prefix { $0 != "=" }.uppercased()
            guard ["BODY", "SMTPUTF8", "SIZE"].contains(name) else {
                // Repeated only if it may stand in a reply: a control character could end the line.
                let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                return "555 5.5.4 \(isPlain ? String(name.prefix(20)) : "That parameter") is not known here"
            }
        }
        state = .mail(Envelope(sender: path))
        return "250 2.1.0 Go on"
    }

    private mutating func rcpt(_ argument: Substring) -> String {
        guard case .mail(var envelope) = state else { return "503 5.5.1 MAIL comes first" }
        guard let (path, parameters) = Self.path(in: argument, after: "TO:"), !path.isEmpty else {
            return "501 5.1.3 RCPT TO:<address>"
        }
        guard parameters.isEmpty else { return "555 5.5.4 No parameters are known here" }
        guard envelope.recipients.count < Self.recipientLimit else { return "452 4.5.3 Too many recipients" }
        if let refusal = judge(.recipient(path), envelope) { return refusal }
        envelope.recipients.append(path)
        state = .mail(envelope)
        return "250 2.1.5 Go on"
    }

    private mutating func data(_ argument: Substring) -> String {
        guard argument.isEmpty else { return "501 5.5.4 DATA alone" }
        guard case .mail(let envelope) = state, !envelope.recipients.isEmpty else { return "503 5.5.1 MAIL and RCPT come first" }
        state = .data(envelope)
        return "354 Go on, end with a dot on a line of its own"
    }

    /// `FROM:<address> PARAMETERS`. The address is taken as it is: this mailbox shows addresses, it does not check them.
    private static func path(in argument: Substring, after word: String) -> (path: String, parameters: Substring)? {
        guard argument.uppercased().hasPrefix(word) else { return nil }
        let rest = argument.dropFirst(word.count).drop { $0 == " " }
        guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
        let path = rest[rest.index(after: rest.startIndex)..<end]
        let parameters = rest[rest.index(after: end)...]
        guard !path.contains(where: { $0 == "<" || $0 == " " }), parameters.isEmpty || parameters.first == " " else { return nil }
        return (String(path), parameters.drop { $0 == " " })
    }
}
