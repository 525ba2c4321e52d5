package import PosternCore
package import PosternText

/// Where passkeys work, for the script of a page.
package struct PasskeyForm: Sendable {
    package let challenge, party: String

    /// - Parameter challenge: nil while the vault does not answer.
    init?(_ challenge: [UInt8]?, at url: WebOrigin) {
        guard let challenge else { return nil }
        self.challenge = Base64URL.text(of: challenge)
        party = url.host
    }
}

/// Where staff sign in; while nobody can, how to add the first.
package struct SignInPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case notice, nobody, form, passkey, challenge, party, elsewhere, name, back, script
    }

    package static let template = "staff/sign-in"
    package static let required: [Property] = [.notice, .nobody, .name, .script]

    package enum Occasion: Equatable, Sendable {
        case fresh
        case refused(isPasskey: Bool)
        case limited(Duration)
        case unavailable(Duration)
        case ended
        /// Nobody has signed out: time, or an administrator, ended it. What was posted then was not done.
        case sessionOver(isPost: Bool)
        /// A link was used before, or is too old.
        case over
    }

    package let frame: PageFrame
    package let text: Texts
    package let notice: String?
    /// The command that adds the first account; nil where there is one.
    package let nobody: String?
    package let form: Form?

    package struct Form: Sendable {
        package let passkey: PasskeyForm?
        /// Where passkeys work, on a page that was opened elsewhere.
        package let elsewhere: String?
        package let name, script: String
        /// Where signing in leads; nil for the desk.
        package let back: String?
    }

    /// - Parameters:
    ///   - isAtHome: the page was opened at the address that passkeys are made for.
    package init(
        _ occasion: Occasion, hasAccounts: Bool, name: String, back: String? = nil, challenge: [UInt8]?, url: WebOrigin,
        isAtHome: Bool, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.signInTitle))
        text = texts.texts
        notice =
            switch occasion {
            case .fresh: nil
            case .refused(let isPasskey): texts(isPasskey ? .signInPasskeyRefused : .signInRefused)
            case .limited(let wait): texts(.signInLimited, [.wait: texts.span(wait)])
            case .unavailable(let wait): texts(.signInUnavailable, [.wait: texts.span(wait)])
            case .ended: texts(.signInEnded)
            case .sessionOver(let isPost): texts(isPost ? .signInSessionOverPost : .signInSessionOver)
            case .over: texts(.signInOver)
            }
        nobody = hasAccounts ? nil : "postern staff add NAME --role administrator"
        form =
            hasAccounts
            ? Form(
                passkey: isAtHome ? PasskeyForm(challenge, at: url) : nil,
                elsewhere: isAtHome ? nil : texts(.signInPasskeyElsewhere, [.page: url.description]), name: name,
                script: presentation.templates.path(of: .staffScript), back: back) : nil
    }
}
