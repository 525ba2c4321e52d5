package import PosternCore
package import PosternRelay
package import PosternText

/// Where staff say what they want to see and why, and then prove that it is them.
package struct RevealPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case back, action, token, notice, isGood, words, letter, recipient, came
        case ask, isChoice, kinds, value, label, isChosen, kind, fault, reason, costs, line, halves, sentence, isOthers
        case prove, question, challenge, isCode, passkey, party, credential, elsewhere, script
        case isEnded
    }

    package static let template = "staff/reveal"
    package static let required: [Property] = [.words, .token, .reason, .challenge, .credential]

    package let frame: PageFrame
    package let text: Texts
    package let notice: Notice?
    /// Who was asked about; nil while that cannot be looked up.
    package let recipient, came: String?
    package let letter, back, action: String
    /// Of the session; nil where it has ended.
    package let token: String?
    package let isEnded: Bool
    package let ask: Ask?
    package let prove: Prove?

    package struct Notice: Sendable {
        package let words: String
        package let isGood: Bool
    }

    package struct Ask: Sendable {
        package let isChoice: Bool
        package let kinds: [Kind]
        package let fault: String?
        package let reason: String
        package let costs: [Line]
        package let halves: [Half]

        package struct Kind: Sendable {
            package let value, label: String
            package let isChosen: Bool
        }

        package struct Line: Sendable {
            package let line: String
        }

        /// What waits for a second person.
        package struct Half: Sendable {
            package let sentence, reason, kind: String
            package let isOthers: Bool
        }
    }

    package struct Prove: Sendable {
        package let question, reason, kind, challenge: String
        package let isCode: Bool
        package let passkey: Passkey?
        /// Where passkeys work, on a page that was opened elsewhere.
        package let elsewhere: String?
        package let script: String

        package struct Passkey: Sendable {
            package let party, credential: String
        }
    }

    /// What was typed so far.
    package struct Typed: Sendable {
        package var kind: RevealKind?
        package var reason = ""
        package init(kind: RevealKind? = nil, reason: String = "") { (self.kind, self.reason) = (kind, reason) }
    }

    package enum Stage: Sendable {
        case ask(Typed, fault: Fault? = nil)
        case prove(RevealWish, challenge: [UInt8], RevealWay)
        /// Nothing more can be asked for now.
        case none
    }

    package enum Fault: Sendable {
        case noKind, shortReason, longReason
    }

    package enum Occasion: Equatable, Sendable {
        case refused(RevealRefusal, RevealWay?)
        case waits(until: Timestamp)
        case unavailable(Duration)
        /// The page is of an earlier session.
        case again
        case ended
    }

    /// - Parameters:
    ///   - view: nil while it cannot be looked up.
    ///   - staff: nil for somebody whose session has ended.
    package init(
        of letter: LetterID, _ view: RevealView?, _ stage: Stage, _ occasion: Occasion?, for staff: SignedInStaff?,
        url: WebOrigin,
        isAtHome: Bool, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.revealTitle))
        text = texts.texts
        notice = occasion.map { Notice($0, view, texts) }
        (self.letter, back, action) = ("\(letter)", "/letters/\(letter)", Self.path(of: letter))
        recipient = view.flatMap { view in view.handle.map { "\(view.site)/\($0)" } ?? view.site.text }
        came = view?.at.rfc3339
        token = staff?.formToken
        isEnded = staff == nil
        switch stage {
        case .ask(let typed, let fault):
            ask = Ask(typed, fault, view, for: staff, texts)
            prove = nil
        case .prove(let wish, let challenge, let way):
            ask = nil
            prove = Prove(
                wish, challenge, way, url: url, isAtHome: isAtHome, script: presentation.templates.path(of: .staffScript), texts)
        case .none: (ask, prove) = (nil, nil)
        }
    }

    static func path(of letter: LetterID) -> String { "/letters/\(letter)/reveal" }
}

extension RevealPage.Notice {
    fileprivate init(_ occasion: RevealPage.Occasion, _ view: RevealView?, _ texts: Catalogue) {
        isGood = if case .waits = occasion { true } else { false }
        words =
            switch occasion {
            case .refused(let refusal, let way): Self.words(refusal, way, view, texts)
            case .waits(let until): texts(.revealWaits, [.time: texts.time(until)])
            case .unavailable(let wait): texts(.revealUnavailable, [.wait: texts.span(wait)])
            case .again: texts(.revealAgain)
            case .ended: texts(.revealEnded)
            }
    }

    private static func words(
        _ refusal: RevealRefusal, _ way: RevealWay?, _ view: RevealView?, _ texts: Catalogue
    ) -> String {
        switch refusal {
        case .role: texts(.revealRole)
        case .account: texts(.revealAccount)
        case .tooNew(let until): texts(.revealTooNew, [.date: texts.date(until)])
        case .capReached(let until): texts(.revealCap, [.date: texts.date(until)])
        case .keyGone: texts(.revealKeyGone)
        case .notOpened: texts(.revealNotOpened)
        case .unwritten: texts(.revealUnwritten)
        case .wrongProof: texts(way == .code || way == nil ? .revealWrongCode : .revealWrongPasskey)
        case .usedBefore: texts(.revealUsed)
        case .overdue: texts(.revealOverdue)
        case .limited(let wait): texts(.revealLimited, [.wait: texts.span(wait)])
        }
    }
}

extension RevealPage.Ask {
    fileprivate init(
        _ typed: RevealPage.Typed, _ fault: RevealPage.Fault?, _ view: RevealView?, for staff: SignedInStaff?, _ texts: Catalogue
    ) {
        let offered = view?.kinds ?? typed.kind.map { [$0] } ?? []
        isChoice = offered.count > 1
        kinds = offered.map { kind in
            Kind(value: kind.rawValue, label: texts(kind.label), isChosen: kind == typed.kind)
        }
        self.fault =
            switch fault {
            case .noKind: texts(.revealNoKind)
            case .shortReason: texts(.revealShort, [.limit: texts.number(RevealReason.shortest)])
            case .longReason: texts(.revealLong, [.limit: texts.number(RevealReason.longest)])
            case nil: nil
            }
        reason = typed.reason
        let standing = view?.standing
        costs =
            [Line(line: texts(.revealJournal))]
            + (offered.contains(.letter) ? [Line(line: texts(.revealTold))] : [])
            + (standing?.needsTwo == true ? [Line(line: texts(.revealTwo))] : [])
            + (standing.map {
                [
                    Line(
                        line: texts(
                            .revealLeft, [.count: texts.number($0.left), .limit: texts.number($0.most)]))
                ]
            } ?? [])
        halves = (standing?.halves ?? []).map { half in
            let isOthers = half.by != staff?.name
            return Half(
                sentence: isOthers
                    ? texts(.revealHalf, [.name: half.by.text, .kind: texts(half.kind.label), .time: texts.time(half.until)])
                    : texts(.revealOwnHalf, [.kind: texts(half.kind.label), .time: texts.time(half.until)]),
                reason: half.reason.text, kind: half.kind.rawValue, isOthers: isOthers)
        }
    }
}

extension RevealPage.Prove {
    fileprivate init(
        _ wish: RevealWish, _ challenge: [UInt8], _ way: RevealWay, url: WebOrigin, isAtHome: Bool, script: String,
        _ texts: Catalogue
    ) {
        question = texts(wish.kind == .letter ? .revealProveLetter : .revealProveClient)
        (reason, kind) = (wish.reason.text, wish.kind.rawValue)
        self.challenge = Base64URL.text(of: challenge)
        self.script = script
        switch way {
        case .code: (isCode, passkey, elsewhere) = (true, nil, nil)
        case .passkey(let credential):
            isCode = false
            passkey = isAtHome ? Passkey(party: url.host, credential: Base64URL.text(of: credential)) : nil
            elsewhere = isAtHome ? nil : texts(.signInPasskeyElsewhere, [.page: url.description])
        }
    }
}

extension RevealKind {
    fileprivate var label: StaffText {
        switch self {
        case .letter: .revealLetter
        case .client: .revealClient
        }
    }
}

/// What was shown, this once: no script, nothing that leads out, every text as it is and in its own direction.
package struct RevealedPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case heading, back, again, reason, noted, letter, from, subject, about, body, remark, isReply, client, blockPath
    }

    package static let template = "staff/revealed"
    package static let required: [Property] = [.body, .client]

    package let frame: PageFrame
    package let text: Texts
    package let heading, back, again, reason, noted: String
    package let letter: Letter?
    package let client: String?
    /// Where its sender can be blocked, whose address is not shown; nil for an answer, which does not say it.
    package let blockPath: String?

    package struct Letter: Sendable {
        package let from, subject, about, remark: String?
        package let body: String
        package let isReply: Bool
    }

    package init(_ revealed: Revealed, of wish: RevealWish, _ presentation: Presentation) {
        let texts = presentation.texts
        (back, again) = ("/letters/\(wish.letter)", RevealPage.path(of: wish.letter))
        reason = wish.reason.text
        switch revealed {
        case .letter(let shown):
            heading = texts(.revealedLetterTitle)
            noted = texts(.revealedLetterNoted)
            letter = Letter(
                from: shown.name, subject: shown.subject, about: shown.about, remark: shown.remark, body: shown.text,
                isReply: shown.isReply)
            (client, blockPath) = (nil, shown.isReply ? nil : BlockPages.path(blockingSenderOf: wish.letter))
        case .client(let address):
            heading = texts(.revealedClientTitle)
            noted = texts(.revealedClientNoted)
            (letter, client, blockPath) = (nil, address.revealedText, nil)
        }
        frame = presentation.frame(title: heading)
        text = texts.texts
    }
}
