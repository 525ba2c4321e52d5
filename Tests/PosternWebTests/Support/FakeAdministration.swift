import PosternCore
import PosternRelay
import PosternStore
import Synchronization

/// Blocks, log, recipients, sites, accounts and tokens of a small installation; it notes what is done, and by whom.
final class FakeAdministration: BlockServing, LogServing, AdministrationServing {
    struct Deeds {
        var wishes: [BlockWish] = []
        var removed: [Int64] = []
        var searches: [LogSearch] = []
        var changes: [SiteOperations.Change] = []
        var actions: [RecipientOperations.Action] = []
        var invited: [Handle?] = []
        var lockedOut: [StaffName] = []
        var revoked: [SiteTokenID] = []

        var isEmpty: Bool {
            wishes.isEmpty && removed.isEmpty && changes.isEmpty && actions.isEmpty && invited.isEmpty && lockedOut.isEmpty
                && revoked.isEmpty
        }
    }

    struct Away: Error {}

    private let kept = Mutex(Deeds())
    /// Stands in every field that somebody else can fill.
    let foreign: String
    let answer: BlockAnswer?
    let entries: Int
    let isAway: Bool

    static let now = Example.now
    static let tag = Tag(value: 7)
    static let token = SiteTokenID(high: UInt64(now.milliseconds) << 16, low: 5)
    static let weight = BlockWeight(met: 12, accepted: 100, days: 7)

    init(foreign: String = "x", answer: BlockAnswer? = nil, entries: Int = 3, isAway: Bool = false) {
        self.foreign = foreign
        self.answer = answer
        self.entries = entries
        self.isAway = isAway
    }

    var deeds: Deeds { kept.withLock { $0 } }

    private func note(_ change: (inout Deeds) -> Void) throws {
        guard !isAway else { throw Away() }
        kept.withLock { change(&$0) }
    }

    // MARK: - Blocks

    func block(_ id: Int64, _ mark: Block.Mark) -> Block {
        Block(id: id, mark: mark, effect: .hold, reason: foreign, added: Self.now, expires: id == 2 ? Self.now : nil)
    }

    func list(before: Int64?) async throws -> BlockList {
        guard !isAway else { throw Away() }
        return try listed()
    }

    func listed() throws -> BlockList {
        let marks: [Block.Mark] =
            [
                .phrase(BlockedPhrase("words " + foreign)), .range(try AddressRange("192.0.2.0/24")), .domain("spam.example"),
                .tag(Self.tag, Epoch(containing: Self.now)),
            ] + [SenderDigest(bytes: Array(1...16))].compactMap { $0.map(Block.Mark.sender) }
        let authors: [Actor?] = [.staff(foreign), .operator, nil, .service, .staff(foreign)]
        return BlockList(
            lines: marks.indices.map { place in
                BlockLine(
                    block: block(Int64(marks.count - place), marks[place]), author: authors[place], hits: 1_234,
                    isActive: place != 2)
            }, hasMore: true, hasAllHits: false)
    }

    func add(_ wish: BlockWish, by staff: SignedInStaff) async throws -> BlockAnswer {
        try note { $0.wishes.append(wish) }
        return answer ?? .added(block(7, .domain("spam.example")), Self.weight)
    }

    func remove(_ id: Int64, by staff: SignedInStaff) async throws -> Bool {
        try note { $0.removed.append(id) }
        return id == 3
    }

    // MARK: - Log

    func search(_ search: LogSearch, before: LetterID?, limit: Int) async throws -> LogListing {
        try note { $0.searches.append(search) }
        let begin = before.map { Int($0.low) } ?? entries
        let shown = stride(from: begin - 1, through: max(begin - limit, 0), by: -1).map(entry)
        return LogListing(entries: shown, next: begin > limit ? shown.last?.id : nil, isCut: false)
    }

    func entry(_ number: Int) -> LogEntry {
        LogEntry(
            SubmissionEntry(
                id: LetterID(high: 1, low: UInt64(number)), at: Self.now, site: foreign, handle: "=cmd", recipient: nil,
                verdict: Verdict(number == 0 ? .refuse : .hold, parts: [.init(.trapBait, .score(60))]), tags: [Self.tag],
                evidence: number == 0 ? [1] : nil, letterBytes: 12))
    }

    func client(_ tag: Tag, _ reach: TagReach) async throws -> ClientSheet? {
        guard tag == Self.tag else { return nil }
        return sheet(place: 0, reach: reach)
    }

    func sheet(place: Int, reach: TagReach?, isToday: Bool = true) -> ClientSheet {
        let today = Epoch(containing: Self.now)
        return ClientSheet(
            names: ClientNames(days: [.init(epoch: today, tag: Self.tag)], reach: reach, place: place),
            today: isToday ? Self.tag : nil,
            trails: [
                ClientTrail(
                    epoch: today, tag: Self.tag, counts: [.hold: 2], recipients: 1, first: Self.now, last: Self.now)
            ], entries: [entry(1), entry(0)])
    }

    // MARK: - Administration

    func site() throws -> Site {
        var look = SiteLook()
        look.introductions[.english] = try HeaderText("Write " + foreign, limit: 400)
        look.accent = AccentColour("#1f5f8b")
        return Site(
            id: try SiteID("photos"), name: try HeaderText("Photos " + foreign, limit: 200),
            origins: [WebOrigin("https://photos.example")].compactMap { $0 }, look: look)
    }

    func recipient(_ state: Recipient.State = .active) throws -> Recipient {
        Recipient(
            id: RecipientID(high: UInt64(Self.now.milliseconds) << 16, low: 1), site: try SiteID("photos"),
            handle: try Handle("pat"), name: try HeaderText("Pat " + foreign, limit: 200), language: .english, state: state,
            record: nil)
    }

    func sheet(_ state: Recipient.State = .active) throws -> RecipientSheet {
        RecipientSheet(
            recipient: try recipient(state), aliases: [foreign], page: "https://contact.example.org/c/photos/pat",
            posts: [.accept: RecipientSheet.most, .hold: 2])
    }

    func sites() async throws -> [Site] {
        guard !isAway else { throw Away() }
        return [try site()]
    }

    func change(_ site: SiteID, _ change: SiteOperations.Change, by staff: SignedInStaff) async throws {
        try note { $0.changes.append(change) }
    }

    func recipients(at site: SiteID, after: Handle?) async throws -> RecipientListing {
        RecipientListing(recipients: [try recipient()], hasMore: true, total: 51)
    }

    func recipient(_ handle: Handle, at site: SiteID) async throws -> RecipientSheet {
        guard handle.text == "pat", site.text == "photos" else { throw RecipientOperations.Fault.unknown(handle, site) }
        return try sheet()
    }

    func apply(
        _ action: RecipientOperations.Action, to handle: Handle, at site: SiteID, by staff: SignedInStaff
    ) async throws {
        guard action != .resume else { throw RecipientOperations.Fault.wrongState(handle, site, .active) }
        try note { $0.actions.append(action) }
    }

    func invite(to site: SiteID, as handle: Handle?, by staff: SignedInStaff) async throws -> InvitationSheet {
        try note { $0.invited.append(handle) }
        return InvitationSheet(link: "https://contact.example.org/join/photos/abc", ends: Self.now)
    }

    func accounts() async throws -> [AccountLine] { try listedAccounts() }

    func listedAccounts() throws -> [AccountLine] {
        try [("anna", Self.now), ("berta", Self.now), ("carl", nil)].map { name, enrolled in
            AccountLine(
                name: try StaffName(name), role: .reviewer, made: Self.now, enrolled: enrolled, lastSignIn: enrolled, sessions: 1)
        }
    }

    func lockOut(_ name: StaffName, by staff: SignedInStaff) async throws { try note { $0.lockedOut.append(name) } }

    func tokens() async throws -> [TokenLine] { try listedTokens() }

    func listedTokens() throws -> [TokenLine] {
        try [nil, Self.now].map { revoked in
            TokenLine(
                id: Self.token, site: try SiteID("photos"), scope: "recipients", made: Self.now, used: Self.now, revoked: revoked)
        }
    }

    func revoke(_ token: SiteTokenID, by staff: SignedInStaff) async throws { try note { $0.revoked.append(token) } }
}
