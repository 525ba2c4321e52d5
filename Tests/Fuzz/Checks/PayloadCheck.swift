import PosternCore
import PosternLink
import PosternSealing
import PosternVault

/// The payload of a frame; the first byte chooses the verb. The other end may be a relay that was taken over.
enum PayloadCheck {
    static func check(_ bytes: [UInt8]) throws(Breach) {
        let (choice, payload) = bytes.choiceAndRest
        switch choice % 8 {
        case 0: try checkJob(payload)
        case 1: try checkAnnouncement(payload)
        case 2: try checkConfirmation(payload)
        case 3: try checkEnrolment(payload)
        case 4: try checkSmaller(payload)
        case 5: try settled(payload, { try? LinkRefusal(payload: $0) }, \.payload)
        case 6: try settled(payload, { try? Outcome(payload: $0) }, \.payload)
        default: try settled(payload, { try? KeyReport(payload: $0) }, \.payload)
        }
    }

    /// A value that was read can be written, and then reads the same.
    private static func settled<Value>(
        _ payload: [UInt8], _ read: ([UInt8]) -> Value?, _ write: (Value) -> [UInt8]
    ) throws(Breach) {
        guard let value = read(payload) else { return }
        let written = write(value)
        try hold(read(written).map(write) == written, "a \(Value.self) that is written reads the same")
    }

    private static func checkJob(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? DeliveryJob(payload: $0) }, \.payload)
        guard let job = try? DeliveryJob(payload: payload) else { return }
        try TextCheck.check(job.recipientName, limit: Letter.Limit.name)
        // What the vault uses the moment for: the date of the mail, and the end of a confirmation.
        try hold(job.accepted.rfc5322.utf8.count <= 31, "a mail's date has four digits of year")
        try hold(!job.accepted.rfc3339.isEmpty, "a moment can be shown")
        let subject = AddressAuthorisation.Subject(
            site: job.site.id, handle: job.handle, recipient: job.recipient, name: job.recipientName, language: job.language,
            version: job.record.version, seal: job.record.seal)
        try hold(!FixedVault.authorisation.isValid(job.site), "nobody else names a site")
        let token = FixedVault.authorisation.token(for: subject, mailed: job.accepted)
        try hold(token.utf8.count <= 48, "a confirmation's token is short")
        try hold(
            !FixedVault.authorisation.isValid(job.record.authorisation, as: .confirmed, on: subject),
            "nobody else makes the vault's authorisation")
    }

    private static func checkSmaller(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? SealedRecord(payload: $0) }, \.payload)
        try settled(payload, { try? Enrolled(payload: $0) }, \.payload)
        try settled(payload, { try? Site(payload: $0) }, \.payload)
        try settled(payload, { try? SiteRequest(payload: $0) }, \.payload)
        try settled(payload, { try? RecordNotes(payload: $0) }, \.payload)
        try settled(payload, { try? AdoptionRequest(payload: $0) }, \.payload)
        try settled(payload, { try? MemberRequest(payload: $0) }, \.payload)
        try settled(payload, { try? MemberAnswer(payload: $0) }, \.payload)
        try settled(payload, { try? MemberChange(payload: $0) }, \.payload)
        try settled(payload, { try? SignInRequest(payload: $0) }, \.payload)
        try settled(payload, { try? SignIn(payload: $0) }, \.payload)
        try settled(payload, { try? RecordInUse(payload: $0) }, \.payload)
        try settled(payload, { try? SiteTokenRequest(payload: $0) }, \.payload)
        try settled(payload, { try? OperatorDeed(payload: $0) }, \.payload)
        try settled(payload, { try? RelayDeed(payload: $0) }, \.payload)
        try settled(payload, { try? SiteToken(payload: $0) }, \.payload)
        try settled(payload, { try? ResealRequest(payload: $0) }, \.payload)
        try settled(payload, { try? RecordsToReseal(payload: $0) }, \.payload)
        try settled(payload, { try? ResealedRecords(payload: $0) }, \.payload)
        try settled(payload, { try? KeyRetirement(payload: $0) }, \.payload)
        try settled(payload, { try? RelateRequest(payload: $0) }, \.payload)
        try settled(payload, { try? RelatedTags(payload: $0) }, \.payload)
        try settled(payload, { try? SenderRequest(payload: $0) }, \.payload)
        try settled(payload, { try? AddressRequest(payload: $0) }, \.payload)
        try settled(payload, { try? SenderNames(payload: $0) }, \.payload)
        try settled(payload, { try? ProofRequest(payload: $0) }, \.payload)
        try settled(payload, { try? CodeAnswer(payload: $0) }, \.payload)
        try checkReveal(payload)
    }

    private static func checkReveal(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? RevealInquiry(payload: $0) }, \.payload)
        try settled(payload, { try? RevealRequest(payload: $0) }, \.payload)
        try settled(payload, { try? RevealAttempt(payload: $0) }, \.payload)
        try settled(payload, { try? RevealStanding(payload: $0) }, \.payload)
        try settled(payload, { try? RevealBeginning(payload: $0) }, \.payload)
        try settled(payload, { try? RevealAnswer(payload: $0) }, \.payload)
        try settled(payload, { try? ChangeRequest(payload: $0) }, \.payload)
        try settled(payload, { try? ChangeAttempt(payload: $0) }, \.payload)
        try settled(payload, { try? ChangeBeginning(payload: $0) }, \.payload)
        try settled(payload, { try? ChangeAnswer(payload: $0) }, \.payload)
        try settled(payload, { try? JournalExcerptRequest(payload: $0) }, \.payload)
        try settled(payload, { try? JournalExcerpt(payload: $0) }, \.payload)
        guard let request = try? RevealRequest(payload: payload) else { return }
        let length = request.reason.text.unicodeScalars.count
        try hold((RevealReason.shortest...RevealReason.longest).contains(length), "a reason says something")
    }

    private static func checkAnnouncement(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? Announcement(payload: $0) }, \.payload)
        guard let announcement = try? Announcement(payload: payload) else { return }
        for key in announcement.keys {
            guard let purpose = SealPurpose(rawValue: key.purpose), let suite = Suite(rawValue: key.suite) else { continue }
            let sealing = SealingKey(purpose: purpose, suite: suite, epoch: key.epoch, publicHalf: key.publicHalf)
            _ = try? SealingSession(to: sealing, at: Timestamp(seconds: 0))
        }
    }

    private static func checkConfirmation(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? ConfirmationRequest(payload: $0) }, \.payload)
        guard let request = try? ConfirmationRequest(payload: payload) else { return }
        let confirmation = ConfirmationChecker(
            authorisation: FixedVault.authorisation, codes: FixedVault.codes, opener: FixedVault.opener,
            memory: TransientRecordMemory(), tries: ConfirmationTries(),
            proven: ProvenMailboxes(visitors: FixedVault.visitors))
        let record = try? confirmation.authorised(request, at: Timestamp(seconds: 1_795_514_709))
        try hold(record == nil, "nobody without the vault's key is confirmed")
    }

    private static func checkEnrolment(_ payload: [UInt8]) throws(Breach) {
        try settled(payload, { try? EnrolRequest(payload: $0) }, \.payload)
        guard let request = try? EnrolRequest(payload: payload) else { return }
        for entry in request.entries { try AddressCheck.check(entry.address) }
    }
}
