import Foundation
import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import PosternTestSupport
import Testing

@Suite("The control socket carries operations out, or says why not")
struct OperatorServiceTests {
    private let store: SQLiteDatabase
    private let operations: Operations
    private let service: OperatorService

    init() async throws {
        let store = try await SQLiteDatabase.inMemory(at: RelayFixture.now)
        self.store = store
        operations = Operations(
            by: .operator, store: store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now }, wake: {},
            retryNow: {},
            makeBackup: { BackupView(path: $0, bytes: 1) })
        service = OperatorService(operations: operations, publicURL: try #require(WebOrigin("https://contact.example.org")))
    }

    private func ask<Value: Codable & Sendable>(_ request: ControlRequest, for _: Value.Type = Value.self) async throws
        -> ControlAnswer<Value>
    {
        try JSONDecoder().decode(ControlAnswer<Value>.self, from: Data(try await service.answer(request)))
    }

    private func refusal(of request: ControlRequest) async throws -> String? {
        guard case .refused(let text) = try await ask(request, for: Int.self) else { return nil }
        return text
    }

    private func trace() async throws -> [OperationRecord] {
        try await store.read { try $0.operationTrace.latest(limit: 100) }
    }

    private func addSite() async throws -> SiteID {
        #expect(
            try await refusal(of: .addSite(id: "photos", name: "Photos", origins: ["https://photos.example"])) == nil)
        return try SiteID("photos")
    }

    @Test(
        arguments: [
            (Int64.max, false), (315_360_001, false), (0, false), (.min, false), (1, true), (315_360_000, true), (nil, true),
        ] as [(Int64?, Bool)])
    func `A block lasts from a second to ten years, or until it is removed`(seconds: Int64?, isTaken: Bool) async throws {
        let new = ControlRequest.NewBlock(mark: .domain("spam.example"), effect: "hold", reason: "spam", lasts: seconds)
        let answer = try await ask(.addBlock(new), for: BlockView.self)
        if case .value = answer { #expect(isTaken) } else { #expect(!isTaken, "\(answer)") }
    }

    // Only a tag's letters are counted; nobody knows how many a domain meets.
    @Test func `A block says what it would have met`() async throws {
        func weight(_ mark: ControlRequest.NewBlock.Mark) async throws -> BlockView.Weight? {
            let new = ControlRequest.NewBlock(mark: mark, effect: "refuse", reason: "spam", lasts: nil)
            guard case .value(let block) = try await ask(.addBlock(new), for: BlockView.self) else { return nil }
            return block.weight
        }
        let counted = try #require(try await weight(.tag("\(PosternCore.Tag(value: 7))")))
        #expect(counted.met == 0 && counted.accepted == 0 && !counted.mayBeMany)
        let uncounted = try #require(try await weight(.domain("gmail.com")))
        #expect(uncounted.met == nil && uncounted.mayBeMany)
    }

    @Test func `Aliases are added all or none, listed and removed, and each change leaves a trace`() async throws {
        let site = try await addSite()
        var randomness = SeededRandomness(seed: 3)
        for handle in ["pat", "sam"] {
            let person = Recipient(
                id: RecipientID(at: RelayFixture.now, using: &randomness), site: site, handle: try Handle(handle),
                name: try HeaderText(handle, limit: 100), language: .english, state: .active,
                record: SealedRecord(version: 1, seal: [1], authorisation: [2]))
            _ = try await store.write { try $0.recipients.add(person, at: RelayFixture.now) }
        }
        func add(_ names: [String], to handle: String) async throws -> String? {
            try await refusal(of: .addAliases(site: "photos", handle: handle, aliases: names))
        }
        func list(_ handle: String?) async throws -> [String] {
            let request = ControlRequest.listAliases(site: "photos", handle: handle, after: nil, limit: 9)
            guard case .value(let views) = try await ask(request, for: [AliasView].self) else { return ["refused"] }
            return views.map { "\($0.alias) → \($0.handle)" }
        }
        #expect(try await add(["Pat Müller", "Patricia M."], to: "pat") == nil)
        let taken = try #require(try await add(["Sammy", "PAT MÜLLER"], to: "sam"))
        #expect(taken.contains("already leads to photos/pat") && taken.contains("postern recipient alias remove pat"))
        #expect(try await add(["Pat"], to: "sam")?.contains("that recipient's handle") == true)
        #expect(try await add(["x@y.example"], to: "sam")?.contains("e-mail address") == true)
        #expect(try await add(["x"], to: "nobody")?.contains("there is no recipient “nobody”") == true)
        #expect(try await list(nil) == ["Pat Müller → pat", "Patricia M. → pat"])
        #expect(try await list("sam") == [])
        func remove(_ name: String, of handle: String) async throws -> String? {
            try await refusal(of: .removeAlias(site: "photos", handle: handle, alias: name))
        }
        #expect(try await remove("pat müller", of: "sam")?.contains("is no alias") == true)
        #expect(try await remove("pat müller", of: "pat") == nil)
        #expect(try await list("pat") == ["Patricia M. → pat"])
        let verbs = try await trace().map(\.verb)
        #expect(verbs.count { $0 == .addAlias } == 1 && verbs.count { $0 == .removeAlias } == 1)
    }

    @Test func `Operations are listed the latest first, page by page, and a refused one is not there`() async throws {
        let site = try await addSite()
        #expect(try await refusal(of: .addSite(id: site.text, name: "Photos", origins: [])) != nil)
        #expect(try await refusal(of: .changeSite(id: site.text, .init())) == nil)
        func page(before: OperationID?, limit: Int) async throws -> [OperationView] {
            let request = ControlRequest.listOperations(before: before?.description, limit: limit)
            guard case .value(let page) = try await ask(request, for: [OperationView].self) else { return [] }
            return page
        }
        let all = try await page(before: nil, limit: 10)
        #expect(Set(all.map(\.verb)) == ["site.add", "site.change"] && all.count == 2, "\(all)")
        #expect(all.allSatisfy { $0.actor == "operator" && $0.subject == "photos" && $0.at == RelayFixture.now })
        let latest = try #require(try await page(before: nil, limit: 1).first)
        #expect(latest.id == all.first?.id)
        #expect(try await page(before: latest.id, limit: 1).map(\.id) == all.dropFirst().map(\.id))
        #expect(try await refusal(of: .listOperations(before: "x", limit: 1)) != nil)
    }

    // request → words of the refusal
    @Test(
        arguments: [
            (.addSite(id: "Photos", name: "Photos", origins: []), "the site id may"),
            (.addSite(id: "photos", name: "a\nb", origins: []), "came in a form that this relay does not read"),
            (.addSite(id: "photos", name: "Photos", origins: ["photos.example"]), "is not an origin"),
            (.changeSite(id: "none", .init()), "there is no site “none”\n    See postern site list"),
            (.setLogo(site: "none", file: nil), "there is no site “none”"),
            (.setLogo(site: "none", file: "?"), "restart the service"),
            (.findRecipients(site: "none", handles: []), "there is no site “none”"),
            (.listRecipients(site: "none", after: nil, limit: 1), "there is no site “none”"),
            (.showRecipient(site: "none", handle: "pat"), "there is no site “none”"),
            (.showDelivery(id: "x"), "26 characters"),
            (.showDelivery(id: "01m85w9wp1fesjt7anqm7c0ktn"), "there is no delivery"),
            (.changeDeliveries(.release, of: .one(id: "01m85w9wp1fesjt7anqm7c0ktn")), "there is no delivery"),
            (.showEntry(id: "01m85w9wp1fesjt7anqm7c0ktn"), "See postern log list."),
            (.addBlock(.init(mark: .tag("abc"), effect: "hold", reason: "x", lasts: nil)), "13 characters"),
            (.addBlock(.init(mark: .domain("no domain"), effect: "hold", reason: "x", lasts: nil)), "is not a domain"),
            (.addBlock(.init(mark: .sender("vera@visitor.example"), effect: "hold", reason: "x", lasts: nil)), "does not read"),
            (.addBlock(.init(mark: .text("a"), effect: "hold", reason: "x", lasts: nil)), "has 1 character;"),
            (.addBlock(.init(mark: .text("spam"), effect: "bite", reason: "x", lasts: nil)), "Choose from hold, refuse"),
            (.addBlock(.init(mark: .text("spam"), effect: "hold", reason: "", lasts: nil)), "the reason must be one line"),
            (.removeBlock(id: 9), "there is no block 9"), (.examine, "there is no relay"),
        ] as [(ControlRequest, String)])
    func `What cannot be done is refused with words, and leaves no trace`(request: ControlRequest, words: String) async throws {
        let text = try #require(try await refusal(of: request))
        #expect(text.contains(words), "\(text)")
        #expect(try await trace() == [])
    }

    @Test func `Every change leaves its trace: who, what, to what, when, why`() async throws {
        let site = try await addSite()
        var change = ControlRequest.SiteChange()
        change.accent = "#1f5f8b"
        _ = try await service.answer(.changeSite(id: "photos", change))
        let recipient = ControlRequest.NewRecipient(
            id: "01k6ng0000000g000000000001", handle: "pat", name: "Pat", language: "en", confirmed: true, former: nil,
            version: 1,
            seal: "UFM=", authorisation: "AA==")
        let stored = try await ask(.enrolRecipients(site: "photos", recipients: [recipient]), for: [Bool].self)
        guard case .value([true]) = stored else { throw Unexpected() }
        for action in [RecipientOperations.Action.pause, .resume, .erase] {
            _ = try await service.answer(.changeRecipient(site: "photos", handle: "pat", action: action))
        }
        let block = ControlRequest.NewBlock(mark: .prefix("192.0.2.0/24"), effect: "refuse", reason: "a wave", lasts: nil)
        _ = try await service.answer(.addBlock(block))
        _ = try await service.answer(.removeBlock(id: 1))
        _ = try await service.answer(.backup(to: "/backup"))

        let records = try await trace().sorted { $0.verb.rawValue < $1.verb.rawValue }
        #expect(
            records.map { "\($0.actor) \($0.verb.rawValue) \($0.subject) \($0.reason ?? "-")" } == [
                "operator block.add block 1 a wave", "operator block.remove block 1 -",
                "operator recipient.enrol photos/pat -", "operator recipient.erase photos/pat -",
                "operator recipient.pause photos/pat -", "operator recipient.resume photos/pat -",
                "operator site.add photos -", "operator site.change photos -", "operator store.backup /backup -",
            ])
        #expect(records.allSatisfy { $0.at == RelayFixture.now })
        // Looking leaves none.
        _ = try await operations.recipients.list(at: site, limit: 10)
        _ = try await operations.queue.count()
        #expect(try await trace().count == records.count)
    }

    @Test func `A change of many deliveries leaves one trace a transaction, and a change of none leaves none`() async throws {
        let fixture = try await RelayFixture()
        let ids = try await fixture.accept(3)
        let operations = Operations(
            by: .staff("anna"), store: fixture.store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now },
            wake: {}, retryNow: {},
            makeBackup: { BackupView(path: $0, bytes: 1) })
        #expect(try await operations.queue.apply(.hold(reason: "a wave"), to: .all) == 3)
        #expect(try await operations.queue.apply(.hold(reason: "a wave"), to: .all) == 0)
        #expect(try await operations.by(.operator).queue.apply(.release, to: .one(ids[0])) == 1)
        await #expect(throws: QueueOperations.Fault.self) { try await operations.queue.apply(.release, to: .one(ids[0])) }
        let records = try await fixture.store.read { try $0.operationTrace.latest(limit: 9) }
        #expect(
            Set(records.map { "\($0.actor) \($0.verb.rawValue) \($0.subject) \($0.reason ?? "-")" }) == [
                "staff:anna queue.hold 3 deliveries a wave", "operator queue.release \(ids[0]) -",
            ])
        #expect(records.count == 2)
    }

    @Test func `A change of a site changes what it names, and an empty text takes a setting away`() async throws {
        let site = try await addSite()
        var change = ControlRequest.SiteChange()
        change.accent = "#1f5f8b"
        change.introductions = ["de": "Schreiben Sie.", "en": "Write to us."]
        #expect(try await refusal(of: .changeSite(id: "photos", change)) == nil)
        change = ControlRequest.SiteChange()
        change.introductions = ["de": ""]
        #expect(try await refusal(of: .changeSite(id: "photos", change)) == nil)
        let look = try await operations.sites.find(site).look
        #expect(look.accent?.description == "#1f5f8b")
        #expect(look.introductions.map { "\($0.key) \($0.value)" } == ["en Write to us."])
        change = ControlRequest.SiteChange()
        change.accent = ""
        #expect(try await refusal(of: .changeSite(id: "photos", change)) == nil)
        #expect(try await operations.sites.find(site).look.accent == nil)
    }

    // On a store with many held letters the search takes long, and letters are accepted by writing.
    @Test func `What has nothing in common with what is asked for is looked at by reading alone`() async throws {
        let fixture = try await RelayFixture()
        let ids = try await fixture.accept(1_200)
        let store = FaultyStore(fixture.store)
        let queue = Operations(
            by: .operator, store: store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now + .seconds(1) },
            wake: {}, retryNow: {}, makeBackup: { BackupView(path: $0, bytes: 1) }
        ).queue
        #expect(try await queue.apply(.hold(reason: "x"), to: .matching(DeliveryQuery(DeliveryFilter(), reason: "no such"))) == 0)
        #expect(store.writes == 0)
        #expect(try await queue.apply(.hold(reason: "odd"), to: .one(ids[700])) == 1)
        let held = DeliveryQuery(DeliveryFilter(), reason: "odd")
        #expect(try await queue.apply(.release, to: .matching(held)) == 1)
        #expect(store.writes == 2)
    }

    @Test func `Deliveries are moved by what they have in common: reason, site, state, rule`() async throws {
        let fixture = try await RelayFixture()
        let ids = try await fixture.accept(4)
        let queue = Operations(
            by: .operator, store: fixture.store, blockCache: nil, randomness: .seeded(1), now: { RelayFixture.now + .seconds(1) },
            wake: {}, retryNow: {}, makeBackup: { BackupView(path: $0, bytes: 1) }
        ).queue
        for id in ids.prefix(2) { _ = try await queue.apply(.hold(reason: "554 5.2.252 SendAsDenied"), to: .one(id)) }
        _ = try await queue.apply(.hold(reason: "looks odd"), to: .one(ids[2]))
        let denied = DeliveryQuery(DeliveryFilter(), reason: "sendasdenied")
        #expect(try await queue.count(.release, denied) == 2)
        #expect(try await queue.list(denied, limit: 10).map(\.id) == Array(ids.prefix(2)).sorted { "\($0)" < "\($1)" })
        #expect(try await queue.apply(.release, to: .matching(denied)) == 2)
        #expect(try await queue.count(.release, denied) == 0)
        let site = DeliveryFilter(.site(try SiteID("photos")))
        #expect(try await queue.count(.drop, DeliveryQuery(site)) == 1)
        #expect(try await queue.count(.drop, DeliveryQuery(site, rule: .block)) == 0)
        await #expect(throws: QueueOperations.Fault.self) {
            try await queue.count(.release, DeliveryQuery(DeliveryFilter(state: .delivered)))
        }
        #expect(try await queue.apply(.drop, to: .matching(DeliveryQuery(site, reason: "ODD"))) == 1)
        #expect(try await queue.count()[.dropped] == 1)
        #expect(try await queue.count()[.ready] == 3)
    }

    @Test func `A site goes once its recipients are erased, and its id can be added again`() async throws {
        let site = try await addSite()
        #expect(try await refusal(of: .setLogo(site: "photos", file: nil)) == nil)
        let recipient = ControlRequest.NewRecipient(
            id: "01k6ng0000000g000000000001", handle: "pat", name: "Pat", language: "en", confirmed: true, former: nil,
            version: 1, seal: "UFM=", authorisation: "AA==")
        _ = try await service.answer(.enrolRecipients(site: "photos", recipients: [recipient]))
        #expect(try await refusal(of: .removeSite(id: "photos"))?.contains("has 1 recipient;") == true)
        _ = try await service.answer(.changeRecipient(site: "photos", handle: "pat", action: .erase))
        #expect(try await refusal(of: .removeSite(id: "photos")) == nil)
        #expect(try await refusal(of: .removeSite(id: "photos"))?.contains("there is no site") == true)
        #expect(try await operations.sites.list().isEmpty)
        #expect(try await refusal(of: .changeSite(id: "photos", .init()))?.contains("there is no site") == true)
        _ = try await addSite()
        #expect(try await operations.sites.find(site).name.text == "Photos")
    }

    @Test func `A recipient comes with other names; one that is somebody else's stays theirs`() async throws {
        let site = try await addSite()
        func person(_ number: Int, _ handle: String, _ aliases: [String]) -> ControlRequest.NewRecipient {
            ControlRequest.NewRecipient(
                id: "01k6ng0000000g00000000000\(number)", handle: handle, name: handle, language: "en", confirmed: true,
                former: nil,
                version: 1, seal: "UFM=", authorisation: "AA==", aliases: aliases)
        }
        _ = try await service.answer(
            .enrolRecipients(
                site: "photos", recipients: [person(1, "pat", ["Pat Müller", "Patty"]), person(2, "sam", ["PATTY", "Sammy"])]))
        let all = try await operations.recipients.aliases(at: site, of: nil, after: nil, limit: 10)
        #expect(all.map { "\($0.alias)|\($0.handle)" } == ["Pat Müller|pat", "Patty|pat", "Sammy|sam"])
    }

    @Test func `M8: the handle of somebody who was erased goes to a new person, and stays theirs`() async throws {
        let site = try await addSite()
        func person(_ number: Int, isSuccessor: Bool) -> ControlRequest.NewRecipient {
            ControlRequest.NewRecipient(
                id: "01k6ng0000000g00000000000\(number)", handle: "pat", name: "Pat \(number)", language: "en", confirmed: true,
                former: nil, isSuccessor: isSuccessor, version: Int32(number), seal: "UFM=", authorisation: "AA==")
        }
        func add(_ person: ControlRequest.NewRecipient) async throws -> [Bool] {
            guard
                case .value(let stored) = try await ask(
                    .enrolRecipients(site: "photos", recipients: [person]), for: [Bool].self)
            else { throw Unexpected() }
            return stored
        }
        #expect(try await add(person(1, isSuccessor: false)) == [true])
        #expect(try await add(person(2, isSuccessor: true)) == [false], "pat is somebody")
        _ = try await service.answer(.changeRecipient(site: "photos", handle: "pat", action: .erase))
        #expect(try await add(person(2, isSuccessor: false)) == [false])
        #expect(try await add(person(3, isSuccessor: true)) == [true])
        let all = try await operations.recipients.list(at: site, limit: 10)
        #expect(all.map(\.handle.text) == ["erased-01k6ng0000000g000000000001", "pat"])
        #expect(all.map(\.state) == [.erased, .active] && all.last?.name.text == "Pat 3")
    }

    private struct Unexpected: Error {}
}
