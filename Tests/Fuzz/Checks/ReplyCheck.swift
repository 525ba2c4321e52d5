import CCurl
import PosternCore
import PosternLink
import PosternMail

/// One transfer as libcurl's callbacks report it, a step a line: `>` sent, `+` a socket, `=` connected, `t` the text begins,
/// anything else received (without the `<` before it).
enum ReplyCheck {
    private static let recipient = "jo.canary+club@members.example"
    private static let redaction = Redaction(hiding: [recipient, "relay-login"])

    static func check(_ bytes: [UInt8]) throws(Breach) {
        var transcript = Transcript()
        for line in bytes.lines {
            switch line.first {
            case UInt8(ascii: ">"): transcript.note(sent: line.dropFirst() + [0x0D, 0x0A])
            case UInt8(ascii: "+"): transcript.noteDialled()
            case UInt8(ascii: "="): transcript.noteConnected()
            case UInt8(ascii: "t"): transcript.noteText()
            default:
                let received = line.first == UInt8(ascii: "<") ? Array(line.dropFirst()) : line
                if case .complete(let reply) = transcript.note(received: received + [0x0A]) { try check(reply) }
            }
        }
        try hold(transcript.events.count <= 2 * Transcript.Limit.events, "a transcript is bounded")
        _ = transcript.isConnectionReusable
        for result in [
            CURLE_OK, CURLE_WEIRD_SERVER_REPLY, CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_LOGIN_DENIED,
        ] {
            _ = transcript.isStaleConnection(result)
            try check(OutcomeClassifier.outcome(result, transcript, redaction: redaction))
        }
    }

    private static func check(_ reply: SMTPReply) throws(Breach) {
        try hold((0...999).contains(reply.code), "a code has three digits")
        try hold(reply.lines.count <= Transcript.Limit.linesInReply + 1, "a reply has a bounded number of lines")
        try hold(
            reply.lines.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }, "a reply's lines hold no control octet")
        _ = Capabilities(ehlo: reply).offersLogin
    }

    private static func check(_ outcome: Outcome) throws(Breach) {
        try RedactionCheck.check(cleaned: outcome.diagnosis.text)
        // Otherwise the relay could not read the outcome of a letter, and would try it again for days.
        let again = try? Outcome(payload: outcome.payload)
        try hold(again == outcome, "an outcome reaches the relay as it was")
    }
}
