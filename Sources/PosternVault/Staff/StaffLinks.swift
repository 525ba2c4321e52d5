package import PosternCore
package import PosternLink

/// Makes the links with which staff choose how to sign in, for the operator's commands: over the operator socket, or in the command's
/// own process while no vault runs.
package struct StaffLinks: Sendable {
    let keys: StaffKeys
    let memory: any RecordMemory
    private let randomness: RandomSource
    private let now: @Sendable () -> Timestamp

    /// - Throws: `KeyFault` when the ring lacks the authorisation key.
    package init(
        ring: KeyRing, memory: any RecordMemory, randomness: RandomSource, now: @escaping @Sendable () -> Timestamp
    ) throws {
        let (current, former) = try ring.authorisationKeys()
        keys = StaffKeys(key: current, former: former)
        self.memory = memory
        self.randomness = randomness
        self.now = now
    }

    /// - Throws: `LinkRefusal`; `ByteFault` when the payload is not what the verb takes, or why it cannot be written.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .staffLink: return try await link(try StaffLinkRequest(payload: payload)).payload
        case .staffEnd:
            _ = try await nextVersion(of: try StaffLinkRequest(payload: payload).name)
            return []
        default: throw LinkRefusal(.denied, "\(verb) is not about staff")
        }
    }

    /// A link that works once, for a day. What was chosen by an earlier one counts no more: the holder of a lost device is locked out at once.
    package func link(_ request: StaffLinkRequest) async throws -> StaffLink {
        let version = try await nextVersion(of: request.name)
        var randomness = randomness
        let id = Identifier<MailedToken.IDKind>(at: now(), using: &randomness)
        guard let link = keys.link(request, version: version, id: id) else {
            throw LinkRefusal(.unavailable, "no link was made")
        }
        return link
    }

    /// - Throws: `LinkRefusal` (denied) for a link that is not ours, was used, or is over.
    func check(_ link: StaffLink, at now: Timestamp) throws {
        guard let newest = memory.newest(of: .staff(link.name)), keys.isValid(link, version: newest.version) else {
            throw LinkRefusal(.denied, "the link is not ours, or was used, or there is a newer one")
        }
        let age = now.since(link.token.id.moment)
        // Made ahead of our clock by more than clocks differ: the time was set back, and would make it last.
        guard age <= StaffLinkTimes.lifetime, age >= .hours(-1) else {
            throw LinkRefusal(.denied, "the link is over")
        }
    }

    /// Whatever somebody signs in with counts no more, as soon as this returns. Of whom the memory knows nothing, it keeps nothing:
    /// anybody who got a link is known.
    func end(_ name: StaffName) async throws {
        guard memory.newest(of: .staff(name)) != nil else { return }
        _ = try await nextVersion(of: name)
    }

    /// Everything older counts no more, as soon as this returns.
    func nextVersion(of name: StaffName) async throws -> Int32 {
        do {
            let versions = try await memory.takeVersions(for: [VersionRequest(.staff(name), recipient: nil, former: 0)])
            guard let version = versions.first else { throw LinkRefusal(.unavailable, "no version was given") }
            try await memory.learn([LearntAuthorisation(.staff(name), version: version, recipient: nil)], isDurable: true)
            return version
        } catch let fault as RecordMemoryFault {
            throw LinkRefusal(.denied, "\(fault)")
        }
    }
}
