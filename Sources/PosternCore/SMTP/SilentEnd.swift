/// The end of an attempt that no answer explains: a line that broke, a time-out, TLS, a stop of our own.
struct SilentEnd: Equatable, Sendable {
    let kind: Outcome.Kind
    let health: Outcome.SmarthostHealth
    let stage: DeliveryStage
    /// A sentence of ours; nothing the other side said is in it.
    let text: String

    init(code: Int, transcript: Transcript) {
        let stage = transcript.stage
        switch transcript.halt {
        case .smtpUTF8NotOffered:
            // The recipient's address is in order: neither the letter nor the recipient may be blamed for the smarthost.
            self.init(
                .ourFault, .reached, .ehlo, "the smarthost does not offer SMTPUTF8, which this recipient's address needs")
        case .loginNotOffered:
            self.init(
                .ourFault, .trouble, .login,
                "credentials are configured, but the smarthost offers no login by PLAIN or LOGIN on this connection")
        case .timedOut(let wait):
            self.init(unanswered: stage, .trouble, "no answer within \(wait.milliseconds / 1_000) s", after: transcript)
        case .noise:
            self.init(unanswered: stage, .trouble, "what answers is not an SMTP server, or not one in order", after: transcript)
        case .babble:
            self.init(unanswered: stage, .trouble, "the smarthost's answer never ended", after: transcript)
        case .closing:
            self.init(unanswered: stage, .unknown, "given up because the vault is closing", after: transcript)
        case nil:
            let cause = Cause(code: code, transcript: transcript)
            guard stage != .finalDot else {
                self.init(unanswered: stage, .trouble, cause.text, after: transcript)
                return
            }
            self.init(cause.kind, cause.health, cause.stage ?? stage, cause.text)
        }
    }

    private init(_ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ stage: DeliveryStage, _ text: String) {
        (self.kind, self.health, self.stage, self.text) = (kind, health, stage, text)
    }

    /// From the first octet of the text on, the dot may have been sent: whether it arrived, nobody on this side can know.
    private init(unanswered stage: DeliveryStage, _ health: Outcome.SmarthostHealth, _ text: String, after: Transcript) {
        self.init(stage == .finalDot ? .uncertain : .deferred, health, stage, text)
    }
}

/// What libcurl's result code tells before the text was begun.
private struct Cause {
    let kind: Outcome.Kind
    let health: Outcome.SmarthostHealth
    /// Where it belongs when that is not where the transcript ended.
    var stage: DeliveryStage?
    let text: String

    init(code: Int, transcript: Transcript) {
        switch code {
        case 1, 3, 4, 43, 48:
            self.init(.ourFault, .unknown, "libcurl cannot be used with these settings (error \(code))", at: .prepare)
        case 6:
            self.init(.deferred, .trouble, "the smarthost's name could not be resolved", at: .connect)
        case 7:
            self.init(.deferred, .trouble, "the connection to the smarthost was refused", at: .connect)
        case 8:
            self.init(.deferred, .trouble, "the smarthost answered out of turn")
        case 9:
            self.init(.deferred, .trouble, "the smarthost refuses to talk to us")
        case 27:
            self.init(.deferred, .unknown, "no memory left for the transfer")
        case 28:
            self.init(.deferred, .trouble, "no answer in time")
        case 35:
            self.init(.deferred, .trouble, "the TLS handshake with the smarthost failed")
        case 51, 60:
            self.init(.deferred, .trouble, Self.text(of: transcript.certificateFault))
        case 53, 54, 58, 59, 66, 80, 82, 83:
            self.init(.ourFault, .trouble, "TLS cannot be set up with these settings (libcurl error \(code))")
        case 64 where transcript.stage != .startTLS:
            self.init(.ourFault, .trouble, "TLS is required and the smarthost does not offer STARTTLS", at: .startTLS)
        case 67:
            self.init(.ourFault, .trouble, "the smarthost offers no login that can be used", at: .login)
        case 77:
            self.init(.ourFault, .trouble, "the file of trusted certificates (POSTERN_SMTP_CA_FILE) cannot be read or used")
        case 52, 55, 56:
            self.init(.deferred, .trouble, "the smarthost dropped the line")
        case 0:
            self.init(.deferred, .trouble, "the transfer ended without an answer")
        default:
            self.init(.deferred, .trouble, "the transfer ended with libcurl error \(code)")
        }
    }

    private init(
        _ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ text: String, at stage: DeliveryStage? = nil
    ) {
        (self.kind, self.health, self.text, self.stage) = (kind, health, text, stage)
    }

    /// Deferred, not held: the smarthost's certificate gets mended by its keeper, without us.
    private static func text(of fault: CertificateFault?) -> String {
        let finding =
            switch fault {
            case .expired: "has expired"
            case .notYetValid: "is not valid yet"
            case .unknownAuthority: "is from an authority that is not trusted here"
            case .wrongName: "is for another name"
            case .revoked: "has been revoked"
            case .other, nil: "cannot be verified"
            }
        return "the smarthost's certificate \(finding): nothing was sent, letters wait until it is in order"
    }
}
