private import Foundation
package import PosternCore
internal import PosternStore

/// The operations behind the control socket: reads a request, calls the operation, writes its result. It runs in the
/// relay, and in a command's own process while no relay runs.
package struct OperatorService: Sendable {
    private let operations: Operations
    private let publicURL: WebOrigin
    private let inspection: Inspection?

    /// What only the process that holds the store can say of itself.
    package struct Inspection: Sendable {
        let process: Int32
        let started: ContinuousClock.Instant
        let settings: StoreSettings
        let health: any HealthSource
        let seals: SealUpkeep

        package init(
            process: Int32, started: ContinuousClock.Instant, settings: StoreSettings, health: any HealthSource, seals: SealUpkeep
        ) {
            self.process = process
            self.started = started
            self.settings = settings
            self.health = health
            self.seals = seals
        }
    }

    /// - Parameter inspection: nil while no relay runs.
    package init(operations: Operations, publicURL: WebOrigin, inspection: Inspection? = nil) {
        self.operations = operations
        self.publicURL = publicURL
        self.inspection = inspection
    }

    /// - Returns: a `ControlAnswer` in JSON.
    /// - Throws: what the store throws.
    package func answer(_ request: ControlRequest) async throws -> [UInt8] {
        do {
            return try encoded(try await value(of: request))
        } catch let fault as any OperationFault {
            return Array(try JSONEncoder().encode(ControlAnswer<Int>.refused(fault.text)))
        }
    }

    private func encoded(_ value: some Codable & Sendable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(ControlAnswer.value(value)))
    }

    /// The number of things done, where there is nothing else to tell.
    private func value(of request: ControlRequest) async throws -> any Codable & Sendable {
        switch request {
        case .addSite(let id, let name, let origins, let authorisation):
            try await operations.sites.add(try RequestText.site(id, name: name, origins: origins, authorisation))
            return 1
        case .findSite(let id): return FoundSite(try await operations.sites.find(try RequestText.site(id)))
        case .listSites: return try await operations.sites.list().map(SiteView.init)
        case .changeSite(let id, let change):
            try await operations.sites.change(try RequestText.site(id), try SiteOperations.Change(change, of: id))
            return 1
        case .setLogo(let site, let file):
            try await operations.sites.setLogo(try file.map(RequestText.logo), of: try RequestText.site(site))
            return 1
        case .removeSite(let id):
            try await operations.sites.remove(try RequestText.site(id))
            return 1
        case .findRecipients(let site, let handles):
            return try await operations.recipients.find(try handles.map(RequestText.handle), at: try RequestText.site(site))
                .map(FoundRecipient.init)
        case .enrolRecipients(let site, let new):
            let site = try RequestText.site(site)
            return try await operations.recipients.enrol(try new.map { try RequestText.record($0, at: site) }, at: site)
        case .listRecipients(let site, let after, let limit):
            return try await operations.recipients.list(
                at: try RequestText.site(site), after: try after.map(RequestText.handle), limit: Self.bounded(limit)
            ).map { RecipientView($0, below: publicURL) }
        case .countRecipients(let site): return try await operations.recipients.count(at: try RequestText.site(site))
        case .showRecipient(let site, let handle):
            return RecipientView(try await recipient(site, handle), below: publicURL)
        case .changeRecipient(let site, let handle, let action):
            try await operations.recipients.apply(
                action, to: try RequestText.handle(handle), at: try RequestText.site(site))
            return 1
        case .addAliases(let site, let handle, let aliases):
            return try await operations.recipients.add(
                try aliases.map(RequestText.alias), to: try RequestText.handle(handle), at: try RequestText.site(site))
        case .removeAlias(let site, let handle, let alias):
            try await operations.recipients.remove(
                try RequestText.alias(alias), of: try RequestText.handle(handle), at: try RequestText.site(site))
            return 1
        case .listAliases(let site, let handle, let after, let limit):
            return try await operations.recipients.aliases(
                at: try RequestText.site(site), of: try handle.map(RequestText.handle), after: after, limit: Self.bounded(limit)
            ).map(AliasView.init)
        case .invite(let site, let handle, let count, let lasts):
            return try await operations.invitations.invite(
                to: try RequestText.site(site), as: try handle.map(RequestText.handle), count: Self.bounded(count),
                lasting: .seconds(lasts)
            ).map { InvitationView($0, below: publicURL) }
        case .addToken(let site, let id, let scope, let digest):
            try await operations.siteTokens.add(
                try RequestText.tokenID(id), digest: try RequestText.digest(digest), of: try RequestText.site(site),
                scope: try RequestText.scope(scope))
            return 1
        case .listTokens(let site):
            return try await operations.siteTokens.list(at: try RequestText.site(site)).map(TokenView.init)
        case .revokeToken(let id):
            try await operations.siteTokens.revoke(try RequestText.tokenID(id))
            return 1
        case .addStaff(let name, let role):
            try await operations.staff.add(try RequestText.staffName(name), try RequestText.word(role, "role"))
            return 1
        case .listStaff: return try await operations.staff.list().map(StaffView.init)
        case .findStaff(let name): return StaffView(try await operations.staff.find(try RequestText.staffName(name)))
        case .resetStaff(let name):
            try await operations.staff.reset(try RequestText.staffName(name))
            return 1
        case .moveStaff(let name, let role):
            try await operations.staff.move(try RequestText.staffName(name), to: try RequestText.word(role, "role"))
            return 1
        case .removeStaff(let name):
            try await operations.staff.remove(try RequestText.staffName(name))
            return 1
        case .listSealedLetters(let after):
            return try await operations.letters.sealed(after: try after.map(RequestText.deliveryID)).map(SealedLetterView.init)
        case .eraseLetters(let ids):
            return try await operations.letters.erase(try ids.map(RequestText.deliveryID))
        case .countQueue: return QueueCountsView(try await operations.queue.count())
        case .listQueue(let asked):
            return try await operations.queue.list(
                try await query(asked), after: try asked.after.map(RequestText.deliveryID), limit: Self.bounded(asked.limit)
            ).map(DeliveryView.init)
        case .showDelivery(let id):
            let (delivery, attempts) = try await operations.queue.show(try RequestText.deliveryID(id))
            return DeliveryHistory(delivery: DeliveryView(delivery), attempts: attempts.map(AttemptView.init))
        case .changeDeliveries(let action, let selection):
            return try await operations.queue.apply(action, to: try await self.selection(selection))
        case .countDeliveries(let asked, let action):
            let query = try await query(asked)
            if let action { return try await operations.queue.count(action, query) }
            return try await operations.queue.count(query)
        case .listLog(let query):
            return try await operations.log.list(
                try await filter(query), try LogOperations.Page(query), limit: Self.bounded(query.limit))
        case .showEntry(let id):
            let (entry, blocks, delivery) = try await operations.log.show(try RequestText.entryID(id))
            return LogExplanation(entry, blocks: blocks, delivery: delivery)
        case .listOperations(let before, let limit):
            return try await operations.log.operations(
                before: try before.map(RequestText.operationID), limit: Self.bounded(limit)
            ).map(OperationView.init)
        case .addBlock(let new):
            let mark = try RequestText.mark(new.mark, at: operations.now())
            let weight = try await operations.blocks.weight(of: mark)
            let block = try await operations.blocks.add(
                mark, try RequestText.word(new.effect, "effect"), because: try RequestText.blockReason(new.reason),
                lasting: new.lasts.map(Duration.seconds))
            return BlockView(block, weight, at: operations.now())
        case .listBlocks:
            return try await operations.blocks.list().map {
                BlockView($0, as: operations.blockCache?.current($0), at: operations.now())
            }
        case .removeBlock(let id):
            try await operations.blocks.remove(id)
            return 1
        case .listWaves(let after, let limit):
            return try await operations.waves.list(
                after: try after.map(RequestText.waveID), limit: Self.bounded(limit)
            ).map(WaveView.init)
        case .showWave(let id, let after, let limit):
            let id = try RequestText.waveID(id)
            let wave = try await operations.waves.show(id)
            let letters = try await operations.waves.letters(
                of: id, after: try after.map(RequestText.deliveryID), limit: Self.bounded(limit))
            return WaveDetailView(wave: WaveView(wave), letters: letters.map(WaveLetterView.init))
        case .withdrawWave(let id, let tells):
            let id = try RequestText.waveID(id)
            let (done, told) = try await operations.waves.withdraw(id, tells: tells)
            return WaveWithdrawalView(done, told: told)
        case .releaseWave(let id): return try await operations.waves.release(try RequestText.waveID(id))
        case .listReports(let before, let limit):
            return try await operations.reports.list(
                before: try before.map(RequestText.reportID), limit: Self.bounded(limit)
            ).map(ReportLineView.init)
        case .backup(let path): return try await operations.backUp(to: path)
        case .countSeals:
            let needs = try await operations.store.read { try SealsView.needs($0) }
            // After the rows: what they show was written before.
            return SealsView(
                needs: needs, standing: inspection?.seals.standing, isSettling: inspection?.seals.isSettling ?? false)
        case .examine: return try await examine()
        case .health: return try running.health.conditions
        }
    }

    private static func bounded(_ limit: Int) -> Int { min(max(limit, 1), ControlRequest.pageLimit) }

    private func recipient(_ site: String, _ handle: String) async throws -> Recipient {
        try await operations.recipients.find(try RequestText.handle(handle), at: try RequestText.site(site))
    }

    private func filter(_ asked: ControlRequest.QueueFilter) async throws -> DeliveryFilter {
        let scope: DeliveryFilter.Scope =
            switch (asked.site, asked.handle) {
            case (let site?, let handle?): .recipient(try await recipient(site, handle).id)
            case (let site?, nil): .site(try await operations.sites.find(try RequestText.site(site)).id)
            case (nil, _): .everything
            }
        return DeliveryFilter(scope, state: try asked.state.map { try RequestText.word($0, "state") })
    }

    private func query(_ asked: ControlRequest.QueueFilter) async throws -> DeliveryQuery {
        DeliveryQuery(
            try await filter(asked), reason: asked.reason, rule: try asked.rule.map { try RequestText.word($0, "rule") })
    }

    private func selection(_ selection: ControlRequest.QueueSelection) async throws -> QueueOperations.Selection {
        switch selection {
        case .one(let id): .one(try RequestText.deliveryID(id))
        case .all: .all
        case .matching(let asked): .matching(try await query(asked))
        }
    }

    private func filter(_ query: ControlRequest.LogRequest) async throws -> LogFilter {
        var filter = LogFilter(
            since: query.since.map(Timestamp.init(milliseconds:)), until: query.until.map(Timestamp.init(milliseconds:)),
            decision: try query.verdict.map { try RequestText.word($0, "verdict") },
            rule: try query.rule.map { try RequestText.word($0, "rule") }, tag: try query.tag.map(RequestText.tag))
        if let site = query.site, let handle = query.handle { filter.recipient = try await recipient(site, handle).id }
        return filter
    }

    /// What `postern doctor` asks of a relay that runs.
    private func examine() async throws -> RelayView {
        let running = try running
        return RelayView(
            process: running.process, uptime: (ContinuousClock.now - running.started).components.seconds,
            settings: running.settings, store: try await operations.store.read { try StoreView($0) })
    }

    private var running: Inspection {
        get throws(RequestText.Fault) {
            guard let inspection else { throw RequestText.Fault("there is no relay to ask") }
            return inspection
        }
    }
}

extension SiteOperations.Change {
    fileprivate init(_ change: ControlRequest.SiteChange, of id: String) throws {
        self.init()
        if let name = change.name, let origins = change.origins {
            authorised = try RequestText.site(id, name: name, origins: origins, change.authorisation)
        }
        accent = try change.accent.map(RequestText.accent)
        languages = try change.languages?.map(RequestText.language)
        joining = try change.join.map { try RequestText.word($0, "way to join") }
        writers = try change.writers.map { try RequestText.word($0, "group of writers") }
        for (tag, text) in change.introductions ?? [:] {
            introductions[try RequestText.language(tag)] = .some(try RequestText.introduction(text))
        }
    }
}

extension LogOperations.Page {
    fileprivate init(_ query: ControlRequest.LogRequest) throws {
        self =
            if let after = query.after {
                .after(try RequestText.entryID(after))
            } else {
                .before(try query.before.map(RequestText.entryID))
            }
    }
}
