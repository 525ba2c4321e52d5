internal import PosternCore
internal import PosternSealing
internal import PosternStore

extension NewConversation {
    /// Everything that follows from a first letter's secret, before the secret is forgotten.
    /// - Parameters:
    ///   - ledger: the recipient's own key of the day; nil while the vault has announced none.
    ///   - prove: where the visitor types the code that the letter waits for, the link of the mail among them; empty for a letter that
    ///     waits for none.
    /// - Returns: what the store keeps, and the visitor's link.
    static func begun(
        by linked: LinkedLetter, as id: LetterID, at now: Timestamp, ledger: LedgerKey?, provenBy prove: [LinkToken] = []
    ) throws -> (NewConversation, page: LinkToken) {
        let key = linked.links.summaryKey
        let page = linked.links.token(for: .letter, at: now)
        let links = LinkPurpose.ofRecipient.map { purpose in
            StoredLink(linked.links.token(for: purpose, at: now), for: purpose, in: id, to: key)
        }
        let summary = try key.seal(try LetterSummary(shownOf: linked.letter), of: id)
        let own = [StoredLink(page, for: .letter, in: id, to: key)] + prove.map { StoredLink($0, for: .prove, in: id, to: key) }
        return (NewConversation(summary: summary, links: links + own, ledgerKey: ledger?.masking(key, of: id).bytes), page)
    }
}

extension StoredLink {
    init(_ token: LinkToken, for purpose: LinkPurpose, in conversation: LetterID, to key: SummaryKey) {
        self.init(
            madeAt: token.madeAt, digest: token.digest, purpose: purpose, conversation: conversation,
            summaryKey: token.masking(key).bytes)
    }
}

extension LetterSummary {
    /// Without the address that some browsers fill in as a name: pages show what is in it, and the address is known here for the
    /// last time.
    fileprivate init(shownOf letter: Letter) throws {
        // An at sign written out takes five characters more than it had.
        let shown = VisitorName.shown(of: letter)?.unicodeScalars.prefix(Letter.Limit.name)
        let name = shown.flatMap { try? HeaderText(String($0), limit: Letter.Limit.name) }
        self.init(of: letter, visitorName: try name ?? HeaderText("–", limit: Letter.Limit.name))
    }
}
