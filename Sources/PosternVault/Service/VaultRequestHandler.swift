package import PosternCore
package import PosternLink
private import PosternSealing

/// Answers what comes over the vault's two sockets. Which verbs reach it, and from whom, the sockets decide.
package struct VaultRequestHandler: Sendable {
    private let ring: KeyRing
    private let postman: Postman
    private let confirmation: Confirmation
    private let enrolment: Enrolment
    private let lanes: Int
    private let malformed: MalformedTally
    private let now: @Sendable () -> Timestamp

    /// The relay's socket: keys to seal to, letters to send, confirmations to check. None of them opens anything for the
    /// asker.
    package static let relayVerbs: Set<Verb> = [.announce, .deliver, .authorise]
    /// The operator's.
    package static let operatorVerbs: Set<Verb> = [.enrol, .keys, .examine]

    package init(
        ring: KeyRing, postman: Postman, confirmation: Confirmation, enrolment: Enrolment, lanes: Int,
        malformed: MalformedTally, now: @escaping @Sendable () -> Timestamp
    ) {
        (self.ring, self.postman, self.confirmation) = (ring, postman, confirmation)
        (self.enrolment, self.lanes) = (enrolment, lanes)
        (self.malformed, self.now) = (malformed, now)
    }

    /// - Throws: `LinkRefusal`, `ByteFault` for a payload that is none.
    package func answer(_ verb: Verb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .announce:
            return announcement.payload
        case .deliver:
            return await postman.deliver(try DeliveryJob(payload: payload)).payload
        case .authorise:
            let request = try ConfirmationRequest(payload: payload)
            return SealedRecords(all: [try confirmation.confirm(request, at: now())]).payload
        case .enrol:
            return try enrolment.records(for: try EnrolRequest(payload: payload)).payload
        case .keys:
            return KeyList(ring: ring).payload
        case .examine:
            return KeyProofs(ring: ring).payload
        case .control:
            throw LinkRefusal(.notHere, "the vault takes no commands for the relay")
        }
    }

    /// Public halves, and tag keys of today and tomorrow: never an opening key.
    private var announcement: Announcement {
        let today = Epoch(containing: now())
        let current = [today, today.next]
        var keys: [Announcement.Key] = []
        var tagKeys: [Announcement.TagKey] = []
        for held in ring.all {
            let epoch = held.key.epoch
            guard epoch.map(current.contains) ?? true else { continue }
            if let sealing = held.key.sealing {
                guard sealing.purpose != .address || sealing == ring.address else { continue }
                keys.append(
                    Announcement.Key(
                        purpose: sealing.purpose.rawValue, suite: sealing.suite.rawValue, epoch: epoch,
                        publicHalf: sealing.publicHalf))
            } else if held.key.kind == .tag, let epoch {
                tagKeys.append(Announcement.TagKey(epoch: epoch, secret: held.key.secret.withBytes { Array($0) }))
            }
        }
        return Announcement(keys: keys, tagKeys: tagKeys, lanes: lanes, malformedFrames: malformed.count)
    }
}
