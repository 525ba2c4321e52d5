import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite("A change of address counts once it is confirmed, and can be undone for three days")
struct AddressChangeTests {
    private static let now = TestStore.start

    private func add(_ change: AddressChange, _ store: TestStore, at now: Timestamp = now) async throws -> Bool {
        try await store.database.write { try $0.addressChanges.add(change, at: now) }
    }

    private func find(_ change: AddressChange, _ store: TestStore, at now: Timestamp = now) async throws -> AddressChange? {
        let found = try await store.database.read { try $0.addressChanges.find(of: change.recipient, at: now) }
        #expect(
            try await store.database.read { try $0.addressChanges.find(change.id, at: now) }
                == (found?.id == change.id ? found : nil))
        return found
    }

    private func confirm(_ change: AddressChange, _ store: TestStore, at now: Timestamp = now + .minutes(9)) async throws
        -> RecipientChange
    {
        let record = SealedRecord(version: change.next.version, seal: change.next.seal, authorisation: [1, 1, 1])
        let person = try #require(store.people.first { $0.id == change.recipient })
        return try await store.database.write { try $0.addressChanges.confirm(change, of: person, with: record, at: now) }
    }

    @Test(arguments: StoreKind.allCases)
    func `Asked, confirmed, undone and taken up again: each has a newer record`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let change = store.change()
            #expect(try await add(change, store))
            #expect(try await find(change, store) == change)
            #expect(change.isPending && change.asked == Self.now)
            #expect(try await store.person()?.record == Sample.record(1))
            #expect(try await confirm(change, store) == .changed)
            #expect(try await store.person()?.record?.version == 2)
            let confirmed = try #require(try await find(change, store))
            #expect(confirmed.confirmed == Self.now + .minutes(9) && confirmed.next.authorisation == [1, 1, 1])
            #expect(confirmed.former == Sample.record(1) && !confirmed.isPending)
            #expect(try await confirm(change, store) == .outdated(version: 2))
            var former: Int32 = 2
            for isUndone in [true, false, true] {
                let renewed = Recipient(
                    id: store.people[0].id, site: store.site.id, handle: store.people[0].handle, name: store.people[0].name,
                    language: .english, state: .active, record: Sample.record(former + 1))
                let base = former
                let moved = try await store.database.write {
                    try $0.addressChanges.setUndone(isUndone, confirmed, of: renewed, former: base, at: Self.now + .hours(2))
                }
                #expect(moved == .changed)
                former += 1
                #expect(try await store.person()?.record?.version == former)
                #expect(try await find(change, store)?.undone == (isUndone ? Self.now + .hours(2) : nil))
                // What was made from an older record comes too late.
                let late = try await store.database.write {
                    try $0.addressChanges.setUndone(isUndone, confirmed, of: renewed, former: base, at: Self.now + .hours(2))
                }
                #expect(late == .outdated(version: former))
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Another takes its place unless it counts and can be undone: the link in the first notice must keep its use`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let (first, second, third) = (store.change(), store.change(to: 3), store.change(to: 4, former: 3))
            #expect(try await add(first, store))
            #expect(try await add(second, store))
            #expect(try await find(second, store) == second)
            #expect(try await confirm(first, store) == .changed)
            #expect(try await find(second, store)?.isPending == true)
            _ = try await store.database.write { try $0.run("UPDATE recipient SET record_version = 1") }
            #expect(try await confirm(second, store) == .changed)
            #expect(try await add(third, store) == false)
            #expect(try await find(second, store)?.id == second.id)
            // Its time is over.
            let over = Self.now + MailedToken.undoLifetime + .milliseconds(1)
            #expect(try await find(second, store, at: over) == nil)
            #expect(try await add(third, store, at: over))
            #expect(try await store.count(of: "SELECT id FROM address_change") == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `The new address is asked, the former one told; what was replaced, taken back or is over is not sent`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            func enqueue(_ change: AddressChange, at moment: Timestamp) async throws {
                let (mails, id) = ([store.mail(at: moment), store.mail(at: moment)], change.recipient)
                try await store.database.write { transaction in
                    for (kind, mail) in zip([DeliveryKind.confirmation, .addressNotice], mails) {
                        try transaction.intake.enqueueService(kind, mail, to: id, about: change.id, at: moment)
                    }
                }
            }
            let (first, change) = (store.change(), store.change(to: 3))
            #expect(try await add(first, store))
            try await enqueue(first, at: Self.now)
            #expect(try await add(change, store))
            try await enqueue(change, at: Self.now)
            let jobs = try await store.settleAll(as: .delivered, at: Self.now)
            #expect(jobs.map(\.kind) == [.confirmation, .addressNotice] && jobs.allSatisfy { $0.change == change.id })
            #expect(jobs.map(\.record) == [change.next, change.former])
            #expect(jobs.allSatisfy { $0.conversation == nil && $0.letter.isEmpty && $0.addressee == .recipient })
            #expect(try await store.counts()[.dropped] == 2)
            // Confirmed before the notice could go out, it goes out all the same.
            try await enqueue(change, at: Self.now + .minutes(1))
            #expect(try await confirm(change, store) == .changed)
            #expect(try await store.settleAll(as: .delivered, at: Self.now + .minutes(10)).map(\.kind) == [.addressNotice])
            try await enqueue(change, at: Self.now + .days(4))
            #expect(try await store.claim(at: Self.now + .days(4)).deliveries == [])
            #expect(try await store.counts().difference == 0)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `It is forgotten with the former address when it cannot be undone any more; taken back only while it is not confirmed`(
        _ kind: StoreKind
    ) async throws {
        try await withStore(kind) { store in
            let (pending, counted) = (store.change(of: 0), store.change(of: 1))
            for change in [pending, counted] {
                let isAdded = try await add(change, store)
                #expect(isAdded)
            }
            #expect(try await confirm(counted, store) == .changed)
            for (change, isForgotten) in [(pending, true), (pending, false), (counted, false)] {
                #expect(
                    try await store.database.write { try $0.addressChanges.forgetPending(of: change.recipient) } == isForgotten)
            }
            func forget(_ moment: Timestamp) async throws -> Int {
                try await store.database.write {
                    try $0.addressChanges.forget(before: moment - MailedToken.undoLifetime, limit: 9)
                }
            }
            #expect(try await forget(Self.now + .hours(72)) == 0)
            #expect(try await forget(Self.now + .hours(73)) == 1)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `Undone before it was confirmed it rests, and waits again under a newer record`(_ kind: StoreKind) async throws {
        try await withStore(kind) { store in
            let change = store.change()
            func waitAgain(_ change: AddressChange, version: Int32) async throws -> Bool {
                try await store.database.write {
                    try $0.addressChanges.waitAgain(change, with: Sample.record(version))
                }
            }
            #expect(try await add(change, store))
            #expect(try await waitAgain(change, version: 9) == false, "it waits already")
            let person = store.people[0]
            let kept = Recipient(
                id: person.id, site: person.site, handle: person.handle, name: person.name, language: .english, state: .active,
                record: Sample.record(3))
            #expect(
                try await store.database.write {
                    try $0.addressChanges.setUndone(true, change, of: kept, former: 1, at: Self.now)
                } == .changed)
            let resting = try #require(try await find(change, store))
            #expect(!resting.isPending && resting.confirmed == nil)
            #expect(try await waitAgain(resting, version: 4))
            let waiting = try #require(try await find(change, store))
            #expect(waiting.isPending && waiting.next == Sample.record(4) && waiting.former == change.former)
            #expect(try await waitAgain(resting, version: 5) == false, "pressed twice at once")
            #expect(try await store.person()?.record?.version == 3)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `A failed question can be asked again while the change stands, and a lost key of a day ends none`(_ kind: StoreKind)
        async throws
    {
        try await withStore(kind) { store in
            let (change, mail) = (store.change(), store.mail())
            #expect(try await add(change, store))
            try await store.database.write {
                try $0.intake.enqueueService(.confirmation, mail, to: change.recipient, about: change.id, at: Self.now)
            }
            #expect(try await store.database.write { try $0.queue.failLost(keeping: [], at: Self.now, naming: 9) }.count == 0)
            _ = try await store.settleAll(as: .failed, at: Self.now)
            #expect(try await store.database.write { try $0.queue.retry(mail.id, at: Self.now) } == .moved(to: .ready))
            _ = try await store.settleAll(as: .failed, at: Self.now)
            _ = try await store.database.write { try $0.addressChanges.forgetPending(of: change.recipient) }
            #expect(try await store.database.write { try $0.queue.retry(mail.id, at: Self.now) } == .nothingToSend(in: .failed))
        }
    }
}
