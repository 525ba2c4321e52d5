internal import PosternCore

/// What stands between a valid letter and its acceptance: limits, blocks, the signs of a program, and where refusals are
/// noted.
package struct IntakeGuards: Sendable {
    let pseudonyms: Pseudonyms
    let limits: RateLimiter
    let blocks: BlockCache
    let refusals: RefusalLog

    package init(pseudonyms: Pseudonyms, limits: RateLimiter, blocks: BlockCache, refusals: RefusalLog) {
        (self.pseudonyms, self.limits, self.blocks, self.refusals) = (pseudonyms, limits, blocks, refusals)
    }

    /// What is said about a letter before it is counted: by the form it came in and by staff.
    func signs(of letter: Letter, in submission: Submission, tags: [Tag]) -> [Verdict.Part] {
        let form: [Verdict.Part] =
            switch submission.channel {
            case .api: []
            case .form(let signs): signs.parts
            }
        return form
            + blocks.parts(
                for: BlockQuestion(
                    client: submission.client, tags: tags, epoch: Epoch(containing: submission.at),
                    senderDomain: letter.replyAddress.domain.lowercased(), subject: FoldedText(letter.subject?.text ?? ""),
                    text: FoldedText(letter.message.text)), at: submission.at)
    }

    /// - Returns: nil when every limit is off, and while the keys of the day are not known; nothing can be sealed then either.
    func question(of letter: Letter, in submission: Submission, to recipient: RecipientID) -> LimitQuestion? {
        guard !limits.table.isOff else { return nil }
        return pseudonyms.question(
            from: submission.client, of: letter, to: recipient, in: Epoch(containing: submission.at), limits: limits.table)
    }
}
