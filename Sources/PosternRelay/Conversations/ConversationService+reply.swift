private import Metrics
internal import PosternCore
internal import PosternStore

/// A reply goes through named steps, as a letter does in `IntakeService`, and has one exit.
extension ConversationService {
    package func reply(_ post: ReplyPost) async -> ReplyAnswer? {
        guard post.purpose.isPage else { return nil }
        let opened: OpenedConversation
        do {
            // The end is looked at below, so that what was typed until then can be copied.
            guard let found = try await store.read({ try $0.open(post.link, for: post.purpose, at: post.at) }) else { return nil }
            opened = found
        } catch {
            intake.outage.failed(error)
            return ReplyJudgement.failed(error).answer
        }
        var pending = intake.begin(Submission(post, in: opened))
        pending.recipient = opened.recipient
        let judgement = await judge(post, in: opened, &pending)
        return await conclude(judgement, &pending)
    }

    private func judge(
        _ post: ReplyPost, in opened: OpenedConversation, _ pending: inout PendingSubmission
    ) async -> ReplyJudgement {
        do {
            try intake.checkClientBlocks(&pending)
            try checkClient(opened, &pending)
            try intake.checkDiskSpace()
            try checkStanding(opened, &pending)
            try checkDay(opened, &pending)
            let text = try validate(post, &pending)
            try intake.refuseBlocked(intake.blocks.parts(for: text, at: pending.at), &pending)
            try await checkDetails(text, post, in: opened)
            try countUnderLimits(text, opened, &pending)
            return try await accept(text, post, in: opened, &pending)
        } catch let judgement as Judgement {
            return ReplyJudgement(judgement)
        } catch let judgement as ReplyJudgement {
            return judgement
        } catch {
            return .failed(error)
        }
    }

    private func conclude(_ first: ReplyJudgement, _ pending: inout PendingSubmission) async -> ReplyAnswer {
        let judgement = first.isOpenToRepeats ? await earlierOutcome(&pending) ?? first : first
        if let verdict = judgement.metric {
            Counter(label: Metric.submissions.rawValue, dimensions: [("verdict", verdict)]).increment()
        }
        switch judgement {
        case .accepted:
            intake.outage.works()
            // It is not due yet, but the dispatcher must see when it will be.
            intake.letterCame()
            return judgement.answer
        case .refused: await intake.refusals.note(pending)
        case .diskFull: intake.outage.failed(IntakeService.DiskNearlyFull())
        case .failed(let error): intake.outage.failed(error)
        case .repeated, .asked: break
        }
        intake.limits.giveBack(pending.countedKeys)
        return judgement.answer
    }

    /// Whether the same post was kept before: then that stands, whatever has changed since.
    private func earlierOutcome(_ pending: inout PendingSubmission) async -> ReplyJudgement? {
        guard let recipient = pending.recipient else { return nil }
        let (names, moment) = (pending.idempotencyNames(to: recipient), pending.at)
        guard !names.isEmpty else { return nil }
        do {
            return try await store.read { transaction in
                try names.contains { try transaction.intake.earlierPost(under: $0.key, at: moment) != nil } ? .repeated : nil
            }
        } catch {
            return .failed(error)
        }
    }
}

extension Submission {
    /// A reply as limits, blocks and the log know it: from a client, to a recipient.
    fileprivate init(_ post: ReplyPost, in opened: OpenedConversation) {
        var letter = RawLetter()
        letter.message = post.text
        self.init(
            site: opened.site.id.text, handle: opened.recipient.handle.text, letter: letter, client: post.client,
            // With the text: an author who goes back and writes something else has written another reply.
            idempotencyKey: post.idempotencyKey.map { "reply \(opened.id) \(opened.viewer.rawValue) \($0)\n\(post.text)" },
            at: post.at)
    }
}
