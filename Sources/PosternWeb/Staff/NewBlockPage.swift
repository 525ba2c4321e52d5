package import PosternCore
package import PosternRelay
package import PosternText

/// Where a block is added.
package struct NewBlockPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case token, faults, hasFaults, fault, field
        case kinds, effects, spans, value, label, isChosen, mark, reason, markFault, reasonFault, back
    }

    package static let template = "staff/new-block"
    package static let required: [Property] = [.token, .fault, .mark, .reason]

    /// What stands in the form.
    package struct Draft: Sendable {
        package var kind = BlockWish.Kind.tag
        package var effect = Block.Effect.hold
        package var lasting = ""
        package var mark = ""
        package var reason = ""
        /// A choice that is none of the form's.
        private(set) var isForeign = false

        package init() {}

        init(_ form: AdministrationForm) {
            (mark, reason, lasting) = (form[.mark], form[.reason], form[.lasting])
            let kind = BlockWish.Kind(rawValue: form[.kind])
            let effect = Block.Effect(rawValue: form[.effect])
            isForeign = kind == nil || effect == nil || !NewBlockPage.spans.contains(lasting)
            self.kind = kind ?? .tag
            self.effect = effect ?? .hold
        }

        /// - Returns: nil for what no browser posts from the form.
        func wish(isConfirmed: Bool) -> BlockWish? {
            guard !isForeign else { return nil }
            return BlockWish(
                kind, mark, effect, because: reason, lasting: Duration(span: lasting), isConfirmed: isConfirmed)
        }
    }

    /// Empty for a block that stays.
    static let spans = ["1h", "1d", "7d", "30d", "90d", ""]
    /// What a page about a client offers.
    static let clientSpan = "7d"

    package let frame: PageFrame
    package let text: Texts
    package let token, mark, reason, back: String
    package let hasFaults: Bool
    package let faults: [Fault]
    package let markFault, reasonFault: String?
    package let kinds, effects, spans: [DeskPage.Choice]

    package struct Fault: Sendable {
        package let fault: String
        /// The id of the element that it is about.
        package let field: String
    }

    package init(_ draft: Draft, _ faults: [BlockFault], staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.blockNewTitle))
        text = texts.texts
        (token, back) = (staff.formToken, BlockPages.path)
        (mark, reason) = (draft.mark, draft.reason)
        kinds = BlockWish.Kind.allCases.map {
            .init(value: $0.rawValue, label: texts(StaffText($0)), isChosen: $0 == draft.kind)
        }
        effects = Block.Effect.allCases.map {
            .init(value: $0.rawValue, label: texts(StaffText(asking: $0)), isChosen: $0 == draft.effect)
        }
        spans = Self.spans.map { span in
            let label = Duration(span: span).map { texts.span($0) } ?? texts(.blocksAlways)
            return .init(value: span, label: label, isChosen: span == draft.lasting)
        }
        self.faults = faults.map { Fault(fault: $0.words(texts), field: $0.isAboutReason ? "reason" : "mark") }
        hasFaults = !faults.isEmpty
        markFault = faults.first { !$0.isAboutReason }?.words(texts)
        reasonFault = faults.first { $0.isAboutReason }?.words(texts)
    }
}

extension BlockFault {
    fileprivate var isAboutReason: Bool { self == .noReason || self == .longReason }

    fileprivate func words(_ texts: Catalogue) -> String {
        switch self {
        case .noTag: texts(.blockNoTag)
        case .tagOfOtherDay: texts(.blockTagOfOtherDay)
        case .noNetwork: texts(.blockNoNetwork)
        case .noDomain: texts(.blockNoDomain)
        case .noAddress: texts(.blockNoAddress)
        case .noLetter: texts(.blockNoLetter)
        case .closedLetter: texts(.blockClosedLetter)
        case .noVault: texts(.blockNoVault)
        case .shortWords: texts(.blockShortWords, [.limit: texts.number(Block.shortestPhrase)])
        case .longWords: texts(.blockLongWords, [.limit: texts.number(Block.textLimit)])
        case .noReason: texts(.blockNoReason)
        case .longReason: texts(.blockLongReason, [.limit: texts.number(Block.textLimit)])
        }
    }
}

extension StaffText {
    fileprivate init(_ kind: BlockWish.Kind) {
        self =
            switch kind {
            case .tag: .blockTag
            case .network: .blockNetwork
            case .domain: .blockDomain
            case .sender: .blockSender
            case .letter: .blockLetter
            case .words: .blockWords
            }
    }

    fileprivate init(asking effect: Block.Effect) {
        self =
            switch effect {
            case .hold: .blockDoHold
            case .refuse: .blockDoRefuse
            }
    }
}

/// A block that would have met many of last week's letters, or nobody knows how many, asks a second time.
package struct BlockConfirmPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case question, meaning, token, fields, name, value, back
    }

    package static let template = "staff/confirm-block"
    package static let required: [Property] = [.token, .question, .name, .value]

    package let frame: PageFrame
    package let text: Texts
    package let question, meaning, token, back: String
    /// What was posted, to be posted again.
    package let fields: [HiddenField]

    package init(_ draft: NewBlockPage.Draft, _ weight: BlockWeight, staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.blockConfirmTitle))
        text = texts.texts
        if let met = weight.met {
            let key: StaffText = met >= BlockWeight.most ? .blockConfirmMany : .blockConfirmQuestion
            question = texts(key, [.count: texts.number(met), .letters: texts.text(StaffPlural.letters, weight.accepted)])
        } else {
            question = texts(weight.isWide ? .blockConfirmWide : .blockConfirmUncounted)
        }
        meaning = texts(weight.met == nil && !weight.isWide ? .blockConfirmUncountedMeaning : .blockConfirmMeaning)
        (token, back) = (staff.formToken, BlockPages.path)
        let posted: [(AdministrationForm.Field, String)] = [
            (.kind, draft.kind.rawValue), (.mark, draft.mark), (.effect, draft.effect.rawValue), (.lasting, draft.lasting),
            (.reason, draft.reason), (.confirmed, "yes"),
        ]
        fields = posted.map { HiddenField(name: $0.0.rawValue, value: $0.1) }
    }
}
