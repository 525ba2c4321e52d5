/// Why our own side ended a transfer.
package enum Halt: Hashable, Sendable {
    /// The letter needs SMTPUTF8 and this server does not offer it. Decided before MAIL.
    case smtpUTF8NotOffered
    /// Credentials are configured, and the server offers no login with PLAIN or LOGIN. Decided before MAIL: libcurl
    /// would go on without logging in.
    case loginNotOffered
    /// No answer for as long as this stage may take.
    case timedOut(after: Duration)
    /// A line that is no SMTP reply, before the text was sent.
    case noise
    /// More reply than any server needs.
    case babble
    /// The process ends and its patience with this transfer is over.
    case closing
}

/// Why a smarthost's certificate was not believed.
package enum CertificateFault: String, Sendable, CaseIterable {
    case expired
    case notYetValid
    case unknownAuthority
    case wrongName
    case revoked
    case other

    /// - Parameter verifyResult: CURLINFO_SSL_VERIFYRESULT, with OpenSSL one of its X509_V_ERR numbers (x509_vfy.h).
    ///   libcurl compares the name itself, so that a wrong name leaves OpenSSL's own verdict at 0, or in 7.88 at the 1
    ///   ("unspecified") that libcurl puts there beforehand.
    package init(verifyResult: Int) {
        switch verifyResult {
        case 0, 1, 62, 64: self = .wrongName
        case 9: self = .notYetValid
        case 10: self = .expired
        case 2, 18, 19, 20, 21, 24, 27: self = .unknownAuthority
        case 23: self = .revoked
        default: self = .other
        }
    }
}
