import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A link to a member's page becomes one session, which ends")
struct MemberSessionTests {
    private static let now = TestStore.start

    private func begin(_ session: MemberSession, _ store: TestStore, at now: Timestamp = now) async throws -> Bool {
        try await store.database.write { try $0.memberSessions.begin(session, at: now) }
    }

    private func find(_ session: MemberSession, _ store: TestStore, at now: Timestamp = now) async throws -> MemberSession? {
        try await store.database.read { try $0.memberSessions.find(session.digest, at: now) }
    }

    @Test(arguments: StoreKind.allCases)
    func `Once for each link, for half an hour, and not after it was ended`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let session = store.session()
            #expect(try await begin(session, store))
            #expect(try await find(session, store) == session)
            #expect(try await begin(store.session(link: session.link), store) == false)
            #expect(try await find(session, store, at: session.ends - .milliseconds(1)) == session)
            #expect(try await find(session, store, at: session.ends) == nil)
            try await store.database.write { try $0.memberSessions.end(session.digest, at: Self.now + .minutes(1)) }
            #expect(try await find(session, store) == nil)
            #expect(try await store.count(of: "SELECT link FROM member_session WHERE content IS NOT NULL") == 0)
            #expect(try await begin(store.session(link: session.link), store) == false)
            #expect(try await store.database.read { try $0.memberSessions.isUsed(session.link) })
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A link that was asked for before a change of address was undone signs nobody in`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (change, session, renewed) = (store.change(), store.session(), store.people[0])
            #expect(try await begin(session, store))
            try await store.database.write { transaction in
                _ = try transaction.addressChanges.add(change, at: Self.now)
                _ = try transaction.addressChanges.setUndone(
                    true, change,
                    of: Recipient(
                        id: renewed.id, site: renewed.site, handle: renewed.handle, name: renewed.name,
                        language: renewed.language,
                        state: .active, record: Sample.record(3)), former: 1, at: Self.now + .minutes(10))
                try transaction.memberSessions.endAll(of: renewed.id, at: Self.now + .minutes(10))
            }
            #expect(try await find(session, store, at: Self.now + .minutes(10)) == nil)
            let moment = Self.now + .minutes(20)
            #expect(try await begin(store.session(at: Self.now + .minutes(9)), store, at: moment) == false)
            #expect(try await begin(store.session(at: Self.now + .minutes(11)), store, at: moment))
            #expect(try await begin(store.session(of: 1, at: Self.now), store, at: moment))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A row outlives its link, and then it is forgotten`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            #expect(try await begin(store.session(), store))
            #expect(MemberSessions.lifetime >= MailedToken.signInLifetime + SessionSecret.lifetime)
            for (age, count) in [(MemberSessions.lifetime, 0), (MemberSessions.lifetime + .milliseconds(1), 1)] {
                let forgotten = try await store.database.write {
                    try $0.memberSessions.forget(before: Self.now + age - MemberSessions.lifetime, limit: 9)
                }
                #expect(forgotten == count)
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A mail with a link is not sent when the link is too old`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let (early, id) = ([store.mail(), store.mail()], store.people[0].id)
            try await store.database.write { transaction in
                for mail in early { try transaction.intake.enqueueService(.manage, mail, to: id, at: Self.now) }
            }
            #expect(try await store.database.read { try $0.intake.serviceMails(.manage, to: id, since: Self.now) } == 2)
            let moment = Self.now + MailedToken.signInLifetime
            let jobs = try await store.claim(1, at: moment - .milliseconds(1)).deliveries
            #expect(jobs.map(\.kind) == [.manage] && jobs[0].record == Sample.record(1))
            #expect(try await store.claim(at: moment).deliveries == [])
            #expect(try await store.counts()[.dropped] == 1)
        }
    }
}
