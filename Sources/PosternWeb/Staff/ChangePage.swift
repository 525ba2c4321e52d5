package import PosternCore
package import PosternRelay
package import PosternText

/// Where administrators say what they want changed and why, read it once more in words, and prove that it is them.
package struct ChangePage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case back, backTitle, heading, action, token, notice
        case ask, fields, id, label, hint, value, fault, choices, legend, options, isChosen, reason, reasonFault
        case prove, sentences, sentence, hidden, name, challenge, isCode, passkey, party, credential, elsewhere, script
    }

    package static let template = "staff/change"
    package static let required: [Property] = [.notice, .token, .sentence, .challenge, .credential]

    package let frame: PageFrame
    package let text: Texts
    package let back, backTitle, heading, action, token: String
    package let notice: String?
    package let ask: Ask?
    package let prove: Prove?

    package struct Ask: Sendable {
        package let fields: [Field]
        package let choices: Choices?
        package let reason: String
        package let reasonFault: String?

        package struct Field: Sendable {
            package let id, label, value, hint: String
            package let fault: String?
        }

        package struct Choices: Sendable {
            package let legend: String
            package let options: [DeskPage.Choice]
            package let fault: String?
        }
    }

    package struct Prove: Sendable {
        package let sentences: [Line]
        package let reason, challenge: String
        /// What was typed, to be posted again.
        package let hidden: [HiddenField]
        package let isCode: Bool
        package let passkey: Passkey?
        /// Where passkeys work, on a page that was opened elsewhere.
        package let elsewhere: String?
        package let script: String

        package struct Line: Sendable {
            package let sentence: String
        }

        package struct Passkey: Sendable {
            package let party, credential: String
        }
    }

    package enum Stage: Sendable {
        case ask(isFaulty: Bool)
        case prove(ChangeWish, challenge: [UInt8], RevealWay)
    }

    package enum Occasion: Equatable, Sendable {
        case refused(ChangeRefusal, RevealWay?)
        /// Why the relay did not do it, in words.
        case fault(String)
        case unavailable(Duration)
        /// The vault was asked and did not answer.
        case uncertain
        /// The page is of an earlier session.
        case again
    }

    package init(
        _ draft: ChangeDraft, _ stage: Stage, _ occasion: Occasion?, for staff: SignedInStaff, url: WebOrigin,
        isAtHome: Bool, _ presentation: Presentation
    ) {
        let texts = presentation.texts
        heading = draft.subject.title(texts)
        frame = presentation.frame(title: heading)
        text = texts.texts
        notice = occasion.map { $0.words(texts) }
        action = draft.subject.path
        (back, backTitle) = (draft.subject.back, texts(draft.subject.backTitle))
        token = staff.formToken
        switch stage {
        case .ask(let isFaulty):
            ask = Ask(draft, isFaulty ? draft.faults : [], for: staff, texts)
            prove = nil
        case .prove(let wish, let challenge, let way):
            ask = nil
            prove = Prove(
                draft, wish, challenge, way, for: staff, url: url, isAtHome: isAtHome,
                script: presentation.templates.path(of: .staffScript), texts)
        }
    }
}

extension ChangePage.Occasion {
    fileprivate func words(_ texts: Catalogue) -> String {
        switch self {
        case .refused(let refusal, let way): Self.words(refusal, way, texts)
        case .fault(let text): text
        case .unavailable(let wait): texts(.unavailable, [.wait: texts.span(wait)])
        case .uncertain: texts(.uncertain)
        case .again: texts(ChangeText.again)
        }
    }

    private static func words(_ refusal: ChangeRefusal, _ way: RevealWay?, _ texts: Catalogue) -> String {
        switch refusal {
        case .role: texts(ChangeText.role)
        case .account: texts(ChangeText.account)
        case .tooNew(let until): texts(.tooNew, [.date: texts.date(until)])
        case .oneself: texts(.oneself)
        case .capReached(let until): texts(.cap, [.date: texts.date(until)])
        case .unwritten: texts(.unwritten)
        case .wrongProof: texts(way == .code || way == nil ? .wrongCode : .wrongPasskey)
        case .usedBefore: texts(.used)
        case .overdue: texts(.overdue)
        case .limited(let wait): texts(.limited, [.wait: texts.span(wait)])
        }
    }
}

extension ChangePage.Ask {
    fileprivate init(_ draft: ChangeDraft, _ faults: Set<ChangeDraft.Fault>, for staff: SignedInStaff, _ texts: Catalogue) {
        reason = draft.reason
        if faults.contains(.shortReason) {
            reasonFault = texts(.shortReason, [.limit: texts.number(RevealReason.shortest)])
        } else if faults.contains(.longReason) {
            reasonFault = texts(.longReason, [.limit: texts.number(RevealReason.longest)])
        } else {
            reasonFault = nil
        }
        func option(_ value: String, _ label: String) -> DeskPage.Choice {
            .init(value: value, label: label, isChosen: value == draft.what)
        }
        switch draft.subject {
        case .newAccount:
            fields = [
                Field(
                    id: "name", label: texts(ChangeText.name), value: draft.name, hint: texts(.nameHint),
                    fault: faults.contains(.name) ? texts(.noName) : nil)
            ]
            choices = Choices(
                legend: texts(.legendRole), options: StaffRole.allCases.map { option($0.rawValue, texts($0.label)) },
                fault: faults.contains(.what) ? texts(.noRole) : nil)
        case .account(let line):
            fields = []
            let others = line.name == staff.name ? [] : StaffRole.allCases.filter { $0 != line.role }
            choices = Choices(
                legend: texts(.legendWhat),
                options: [option(ChangeDraft.Word.link.rawValue, texts(.doReset))]
                    + others.map { option($0.rawValue, texts(.doMove, [.role: $0.rawValue])) }
                    + (others.isEmpty ? [] : [option(ChangeDraft.Word.remove.rawValue, texts(.doRemove))]),
                fault: faults.contains(.what) ? texts(.noWhat) : nil)
        case .site:
            let wrong = faults.compactMap { fault in if case .origin(let text) = fault { text } else { nil } }.first
            fields = [
                Field(
                    id: "site-name", label: texts(.siteName), value: draft.siteName, hint: texts(.siteNameHint),
                    fault: faults.contains(.siteName) ? texts(.noSiteName, [.limit: texts.number(Letter.Limit.name)]) : nil),
                Field(
                    id: "origins", label: texts(.origins), value: draft.origins, hint: texts(.originsHint),
                    fault: wrong.map { texts(.noOrigin, [.name: $0]) }),
            ]
            choices = nil
        }
    }
}

extension ChangePage.Prove {
    fileprivate init(
        _ draft: ChangeDraft, _ wish: ChangeWish, _ challenge: [UInt8], _ way: RevealWay, for staff: SignedInStaff,
        url: WebOrigin, isAtHome: Bool, script: String, _ texts: Catalogue
    ) {
        sentences = wish.what.sentences(isOwn: wish.what.account == staff.name, texts).map { Line(sentence: $0) }
        reason = wish.reason.text
        self.challenge = Base64URL.text(of: challenge)
        hidden = draft.posted
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

extension ChangeDraft {
    fileprivate var posted: [HiddenField] {
        let fields: [(StaffForm.Field, String)] =
            switch subject {
            case .newAccount: [(.name, name), (.what, what)]
            case .account: [(.what, what)]
            case .site: [(.siteName, siteName), (.origins, origins)]
            }
        return (fields + [(.reason, reason)]).map { HiddenField(name: $0.rawValue, value: $1) }
    }
}
