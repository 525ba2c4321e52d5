package import PosternCore
package import PosternLink

/// Makes the links by which staff choose how to sign in. Operators' commands ask for them over the operator socket, or run this
/// in their own process while no vault runs.
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

    /// - Throws: `LinkRefusal`; `ByteFault` for a malformed payload; or why the version cannot be written.
    package func answer(_ verb: OperatorVerb, _ payload: [UInt8]) async throws -> [UInt8] {
        switch verb {
        case .staffLink: return try await link(try StaffLinkRequest(payload: payload)).payload
        case .staffEnd:
            _ = try await nextVersion(of: try StaffLinkRequest(payload: payload).name)
            return []
        default: throw LinkRefusal(.denied, "\(verb) is not about staff")
        }
    }

    /// Makes a link that works once, for a day. The credential that was chosen by an earlier link is no longer accepted, so that
    /// the finder of a lost device is locked out at once.
    package func link(_ request: StaffLinkRequest) async throws -> StaffLink {
        try await link(request, by: .operator, at: now())
    }

    /// - Parameter moment: the link bears it.
    func link(_ request: StaffLinkRequest, by maker: StaffLinkMaker, at moment: Timestamp) async throws -> StaffLink {
        let version = try await nextVersion(of: request.name)
        var randomness = randomness
        let id = Identifier<MailedToken.IDKind>(at: moment, using: &randomness)
        guard let link = keys.link(request, by: maker, version: version, id: id) else {
            throw LinkRefusal(.unavailable, "no link was made")
        }
        return link
    }

    /// - Returns: who had it made.
    /// - Throws: `LinkRefusal` (denied) if the link is not ours, was used, or has expired.
    @discardableResult
    func check(_ link: StaffLink, at now: Timestamp) throws -> StaffLinkMaker {
        guard let newest = memory.newest(of: .staff(link.name)), let maker = keys.maker(of: link, version: newest.version) else {
            throw LinkRefusal(.denied, "the link is not ours, or was used, or there is a newer one")
        }
        let age = now.since(link.token.id.moment)
        // A link from the future means that our clock was set back since, which would extend its life.
        guard age <= StaffLinkTimes.lifetime, age >= .hours(-1) else {
            throw LinkRefusal(.denied, "the link is over")
        }
        return maker
    }

    /// Ends every way in of a name: as soon as this returns, neither links nor records of it are accepted. It keeps nothing about a name that
    /// never had a link.
    func end(_ name: StaffName) async throws {
        guard memory.newest(of: .staff(name)) != nil else { return }
        _ = try await nextVersion(of: name)
    }

    /// Takes the next version of a name. As soon as this returns, older links and records are no longer accepted.
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
