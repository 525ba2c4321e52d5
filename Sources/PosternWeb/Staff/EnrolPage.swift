package import PosternCore
package import PosternRelay
package import PosternText

/// Where a link leads with which a member of staff chooses how to sign in.
package struct EnrolPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, notice, intro, passkey, challenge, party, elsewhere, action, name, code, path, extent, secret, otpauth,
            script
    }

    package static let template = "staff/enrol"
    package static let required: [Property] = [.notice, .action, .secret, .script]

    package enum Fault: Sendable {
        case shortPassword, wrongCode, wrongPasskey
        case unavailable(Duration)
    }

    package let frame: PageFrame
    package let text: Texts
    package let heading, intro: String
    package let notice: String?
    package let passkey: PasskeyForm?
    package let elsewhere: String?
    package let action, name: String
    /// In groups of four, to be typed.
    package let secret: String
    package let otpauth: String
    /// The same as a QR code.
    package let code: Code?
    package let script: String

    package struct Code: Sendable {
        package let path: String
        package let extent: Int
    }

    package init(
        _ offer: StaffOfferView, _ fault: Fault?, at path: String, url: WebOrigin, isAtHome: Bool, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        heading = texts(.enrolTitle, [.name: offer.name.text])
        intro = texts(.enrolIntro, [.role: offer.role.rawValue])
        frame = presentation.frame(title: heading)
        text = texts.texts
        notice =
            switch fault {
            case nil: nil
            case .shortPassword: texts(.enrolShortPassword)
            case .wrongCode: texts(.enrolWrongCode)
            case .wrongPasskey: texts(.enrolWrongPasskey)
            case .unavailable(let wait): texts(.signInUnavailable, [.wait: texts.span(wait)])
            }
        passkey = isAtHome ? PasskeyForm(offer.challenge, at: url) : nil
        elsewhere = isAtHome ? nil : texts(.signInPasskeyElsewhere, [.page: url.description])
        (action, name) = (path, offer.name.text)
        let key = Self.base32(offer.secret)
        secret = stride(from: 0, to: key.count, by: 4).map { String(key.dropFirst($0).prefix(4)) }.joined(separator: " ")
        let issuer = PercentCoding.encoded("Postern \(url.host)")
        otpauth = "otpauth://totp/\(issuer):\(PercentCoding.encoded(name))?secret=\(key)&issuer=\(issuer)"
        code = QRCode(otpauth).map { Code(path: $0.path, extent: $0.extent) }
        script = presentation.templates.path(of: .staffScript)
    }

    /// RFC 4648 §6, without padding, as authenticator apps read it. A secret has 20 bytes, which are whole digits.
    private static func base32(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var (held, count, text) = (UInt32(0), 0, "")
        for byte in bytes {
            (held, count) = (held << 8 | UInt32(byte), count + 8)
            while count >= 5 {
                count -= 5
                text.append(digits[Int(held >> UInt32(count)) & 31])
            }
            held &= (1 << UInt32(count)) - 1
        }
        return text
    }
}

/// What somebody sees who has chosen: the recovery codes, this once.
package struct EnrolledPage: Page {
    package enum Property: String, CaseIterable, Sendable { case hasCodes, codes, code }

    package static let template = "staff/enrolled"
    package static let required: [Property] = [.code]

    package let frame: PageFrame
    package let text: Texts
    package let hasCodes: Bool
    package let codes: [Code]

    package struct Code: Sendable {
        package let code: String
    }

    package init(codes: [String], _ presentation: Presentation) {
        frame = presentation.frame(title: presentation.texts(.enrolledTitle))
        text = presentation.texts.texts
        hasCodes = !codes.isEmpty
        self.codes = codes.map(Code.init)
    }
}

/// Who is signed in.
package struct SessionsPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case rows, name, began, seen, network, isOwn, id, token
    }

    package static let template = "staff/sessions"
    package static let required: [Property] = [.token]

    package let frame: PageFrame
    package let text: Texts
    package let rows: [Row]
    package let token: String

    package struct Row: Sendable {
        package let name, began, seen, network, id: String
        package let isOwn: Bool
    }

    package init(_ sessions: [StaffSessionLine], of staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.sessionsTitle))
        text = texts.texts
        token = staff.formToken
        rows = sessions.map { session in
            Row(
                name: session.name.text, began: session.made.rfc3339, seen: session.seen.rfc3339,
                network: session.network?.description ?? "–", id: session.id, isOwn: session.id == staff.session)
        }
    }
}
