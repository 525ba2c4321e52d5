import CCurl
internal import PosternCore

/// Why an attempt ended, when no answer explains it: a broken connection, a time-out, TLS, or our own abort.
struct TransferFailure: Equatable, Sendable {
    let kind: Outcome.Kind
    let health: Outcome.SmarthostHealth
    /// Which of our settings or parts is at fault, if the smarthost lacks something.
    let cause: Outcome.Cause?
    let stage: DeliveryStage
    /// A sentence of ours. Of what the server said it contains the names of mechanisms alone.
    let text: String

    init(_ result: CURLcode, _ transcript: Transcript, redaction: Redaction) {
        let stage = transcript.stage
        switch transcript.abortReason {
        case .smtpUTF8NotOffered:
            // The recipient's address is valid: neither letter nor recipient may be blamed for the smarthost.
            self.init(
                .ourFault, .reached, .ehlo, "the smarthost does not offer SMTPUTF8, which this recipient's address needs",
                .content)
        case .loginNotOffered(let mechanisms):
            self.init(.ourFault, .trouble, .login, Self.text(offering: mechanisms, redaction), .login)
        case .timedOut(let wait):
            self.init(unanswered: stage, .trouble, "no answer within \(wait.milliseconds / 1_000) s")
        case .noise:
            self.init(unanswered: stage, .trouble, "what answers is not an SMTP server, or not one in order")
        case .babble:
            self.init(unanswered: stage, .trouble, "the smarthost's answer never ended")
        case .closing:
            self.init(unanswered: stage, .unknown, "given up because the vault is closing")
        case nil:
            let failure = Self.failure(result, transcript)
            self = stage == .finalDot ? Self(unanswered: stage, .trouble, failure.text) : failure
        }
    }

    private static func text(offering mechanisms: [String], _ redaction: Redaction) -> String {
        // RFC 4422 §3.1: up to 20 letters, digits, hyphens and underscores.
        let names = mechanisms.filter { name in
            name.utf8.count <= 20 && name.utf8.allSatisfy { $0.isASCIILetterOrDigit || $0 == 0x2D || $0 == 0x5F }
        }
        guard !names.isEmpty else {
            return "POSTERN_SMTP_USER is set, but the smarthost offers no login at all on this connection: check the port of "
                + "POSTERN_SMTP_URL, or unset POSTERN_SMTP_USER if it wants none"
        }
        return "POSTERN_SMTP_USER is set, but of PLAIN and LOGIN the smarthost offers neither, only "
            + "\(redaction.clean(names.prefix(10).joined(separator: " "))): have the provider allow a password (an app password, or SMTP "
            + "AUTH), or use another smarthost"
    }

    private init(
        _ kind: Outcome.Kind, _ health: Outcome.SmarthostHealth, _ stage: DeliveryStage, _ text: String,
        _ cause: Outcome.Cause? = nil
    ) {
        self.kind = kind
        self.health = health
        self.cause = cause
        self.stage = stage
        self.text = text
    }

    /// From the first octet of the text on, the dot may have been sent. Nobody on this side can know whether it arrived.
    private init(unanswered stage: DeliveryStage, _ health: Outcome.SmarthostHealth, _ text: String) {
        self.init(stage == .finalDot ? .uncertain : .deferred, health, stage, text)
    }

    /// What libcurl's result means before the text was begun (curl.se/libcurl/c/libcurl-errors.html).
    private static func failure(_ result: CURLcode, _ transcript: Transcript) -> TransferFailure {
        let stage = transcript.stage
        switch result {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN, CURLE_BAD_FUNCTION_ARGUMENT,
            CURLE_UNKNOWN_OPTION:
            return Self(
                .ourFault, .unknown, .prepare, "libcurl cannot be used with these settings (error \(result.rawValue))")
        case CURLE_COULDNT_RESOLVE_HOST:
            return Self(.deferred, .trouble, .connect, "the smarthost's name could not be resolved")
        case CURLE_COULDNT_CONNECT:
            return Self(.deferred, .trouble, .connect, "the connection to the smarthost was refused")
        case CURLE_WEIRD_SERVER_REPLY:
            return Self(.deferred, .trouble, stage, "the smarthost answered out of turn")
        case CURLE_REMOTE_ACCESS_DENIED:
            return Self(.deferred, .trouble, stage, "the smarthost refuses to talk to us")
        case CURLE_OUT_OF_MEMORY:
            return Self(.deferred, .unknown, stage, "no memory left for the transfer")
        case CURLE_OPERATION_TIMEDOUT:
            return Self(.deferred, .trouble, stage, "no answer in time")
        case CURLE_SSL_CONNECT_ERROR:
            return Self(.deferred, .trouble, stage, "the TLS handshake with the smarthost failed")
        case CURLE_PEER_FAILED_VERIFICATION:
            return Self(.deferred, .trouble, stage, text(of: transcript.certificateFault))
        case CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return Self(
                .ourFault, .trouble, stage, "TLS cannot be set up with these settings (libcurl error \(result.rawValue))")
        case CURLE_USE_SSL_FAILED where stage != .startTLS:
            return Self(.ourFault, .trouble, .startTLS, "TLS is required and the smarthost does not offer STARTTLS", .encryption)
        case CURLE_LOGIN_DENIED:
            return Self(.ourFault, .trouble, .login, "the smarthost offers no login that can be used", .login)
        case CURLE_SSL_CACERT_BADFILE:
            return Self(
                .ourFault, .trouble, stage, "the file of trusted certificates (POSTERN_SMTP_CA_FILE) cannot be read or used")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
            return Self(.deferred, .trouble, stage, "the smarthost dropped the line")
        case CURLE_OK:
            return Self(.deferred, .trouble, stage, "the transfer ended without an answer")
        default:
            return Self(.deferred, .trouble, stage, "the transfer ended with libcurl error \(result.rawValue)")
        }
    }

    /// Deferred, not held: the smarthost's operator will fix the certificate without us.
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

/// Why a smarthost's certificate was rejected.
package enum CertificateFault: Sendable, CaseIterable {
    case expired, notYetValid, unknownAuthority, wrongName, revoked, other

    /// - Parameter verifyResult: CURLINFO_SSL_VERIFYRESULT, which with OpenSSL is one of its X509_V_ERR numbers.
    package init(verifyResult: Int) {
        switch verifyResult {
        // libcurl compares the name itself, so a wrong name leaves OpenSSL's own verdict at "ok", or in 7.88 at the "unspecified"
        // that libcurl puts there beforehand.
        case X509.ok, X509.unspecified, X509.hostnameMismatch, X509.addressMismatch: self = .wrongName
        case X509.notYetValid: self = .notYetValid
        case X509.hasExpired: self = .expired
        case X509.revoked: self = .revoked
        case X509.noIssuer, X509.selfSigned, X509.selfSignedInChain, X509.noLocalIssuer, X509.leafNotVerified, X509.noIssuerKey,
            X509.untrusted:
            self = .unknownAuthority
        default: self = .other
        }
    }

    /// OpenSSL's numbers (x509_vfy.h). The build does not need OpenSSL's headers.
    private enum X509 {
        static let ok = 0
        static let unspecified = 1
        static let noIssuer = 2
        static let notYetValid = 9
        static let hasExpired = 10
        static let selfSigned = 18
        static let selfSignedInChain = 19
        static let noLocalIssuer = 20
        static let leafNotVerified = 21
        static let revoked = 23
        static let noIssuerKey = 24
        static let untrusted = 27
        static let hostnameMismatch = 62
        static let addressMismatch = 64
    }
}
