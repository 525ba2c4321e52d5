internal import Hummingbird
internal import PosternCore
package import PosternRelay
package import PosternText

/// The blocks that there are, newest first.
package struct BlocksPage: Page {
    package enum Property: String, CaseIterable, Sendable {
        case notice, canDecide, token, newPath, hasRows, rows, more, partial
        case number, kind, mark, effect, until, added, reason, author, hits, isOver, removeAction, removeName, state
    }

    package static let template = "staff/blocks"
    package static let required: [Property] = [.token, .mark, .reason, .notice]

    package let frame: PageFrame
    package let text: Texts
    package let notice: String?
    /// Whether the reader adds and removes them.
    package let canDecide: Bool
    package let token, newPath: String
    package let hasRows: Bool
    package let rows: [Row]
    package let more: String?
    /// Nil where every hit was counted.
    package let partial: String?

    package struct Row: Sendable {
        package let number, kind, mark, effect, until, added, reason, author, hits, removeAction, removeName: String
        package let isOver: Bool
        /// Why it matches nothing at the moment; nil for one that does.
        package let state: String?
    }

    /// What the page says of the act that led to it.
    package enum Notice: Equatable, Sendable {
        case added(Int64, met: Int?), removed(Int64), gone(Int64)

        init?(_ request: Request) {
            func number(_ name: String) -> Int64? { request.queryField(name).flatMap { Int64($0) } }
            if let id = number("added") {
                self = .added(id, met: number("met").map { Int(clamping: $0) })
            } else if let id = number("removed") {
                self = .removed(id)
            } else if let id = number("gone") {
                self = .gone(id)
            } else {
                return nil
            }
        }
    }

    package init(_ list: BlockList, _ notice: Notice?, staff: SignedInStaff, _ presentation: Presentation) {
        let texts = presentation.texts
        frame = presentation.frame(title: texts(.blocksTitle))
        text = texts.texts
        self.notice = notice.map { $0.words(texts) }
        canDecide = staff.role.decides
        (token, newPath) = (staff.formToken, BlockPages.new)
        rows = list.lines.map { Row($0, texts) }
        hasRows = !rows.isEmpty
        more = list.hasMore ? list.lines.last.map { "\(BlockPages.path)?before=\($0.block.id)" } : nil
        partial = list.hasAllHits ? nil : texts(.blocksPartial)
    }
}

extension BlocksPage.Notice {
    fileprivate func words(_ texts: Catalogue) -> String {
        switch self {
        case .added(let id, let met?):
            texts(.blocksAddedCounted, [.name: String(id), .count: texts.text(StaffPlural.letters, max(met, 0))])
        case .added(let id, nil): texts(.blocksAdded, [.name: String(id)])
        case .removed(let id): texts(.blocksRemoved, [.name: String(id)])
        case .gone(let id): texts(.blocksGone, [.name: String(id)])
        }
    }
}

extension BlocksPage.Row {
    fileprivate init(_ line: BlockLine, _ texts: Catalogue) {
        let block = line.block
        self.init(
            number: String(block.id), kind: texts(StaffText(block.mark)), mark: block.mark.shown,
            effect: texts(StaffText(block.effect)), until: block.expires?.rfc3339 ?? texts(.blocksStays),
            added: Epoch(containing: block.added).description, reason: block.reason, author: line.author?.shown(texts) ?? "–",
            hits: texts.number(line.hits), removeAction: "\(BlockPages.path)/\(block.id)/remove",
            removeName: texts(.blocksRemove, [.name: String(block.id)]), isOver: !line.isActive,
            state: line.isOutdated ? texts(.blocksOutdated) : line.isActive ? nil : texts(.blocksOver))
    }
}

extension Block.Mark {
    /// As it was typed; of a sender as much of the digest as tells two apart.
    fileprivate var shown: String {
        switch self {
        case .tag(let tag, let epoch): "\(tag) (\(epoch))"
        case .range(let range): range.description
        case .domain(let domain): domain
        case .sender(let digest): "\(digest.description.prefix(12))…"
        case .phrase(let phrase): phrase.text
        }
    }
}

extension Actor {
    /// For colleagues: a name, or what it was.
    func shown(_ texts: Catalogue) -> String {
        switch self {
        case .staff(let name): name
        case .operator: texts(.actorOperator)
        default: description
        }
    }
}

extension StaffText {
    fileprivate init(_ mark: Block.Mark) {
        self =
            switch mark {
            case .tag: .blockTag
            case .range: .blockNetwork
            case .domain: .blockDomain
            case .sender: .blockSender
            case .phrase: .blockWords
            }
    }

    init(_ effect: Block.Effect) {
        self =
            switch effect {
            case .hold: .blockHold
            case .refuse: .blockRefuse
            }
    }
}
