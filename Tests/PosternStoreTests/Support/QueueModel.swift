import PosternCore
import PosternStore

/// What the store ought to be, as a few dictionaries: the same verbs, written without SQL and without looking at it.
struct QueueModel {
    struct Entry: Equatable {
        let id: LetterID
        let recipient: Int
        let kind: DeliveryKind
        let accepted: Timestamp
        var released: Timestamp?
        var state: DeliveryState
        var attempts = 0
        var uncertain = 0
        var due: Timestamp?
        var lease: LeaseID?
        /// Leases of attempts that have had no outcome.
        var interrupted: Set<LeaseID> = []
        var leaseUntil: Timestamp?
        /// Whose seal is sent: its own, for a copy the reply's.
        let letter: LetterID?
        /// Of a reply or its copy.
        var conversation: LetterID?
    }

    struct Key {
        let body: UInt8
        let letter: LetterID
        let expires: Timestamp
    }

    private(set) var entries: [LetterID: Entry] = [:]
    /// The log: whether each submission was accepted.
    private(set) var log: [LetterID: Bool] = [:]
    private(set) var keys: [UInt8: Key] = [:]
    private(set) var erased: Set<Int> = []
    /// Seals that are stored, by the id of their letter or reply.
    private(set) var letters: Set<LetterID> = []
    /// Conversations that are not over.
    private(set) var conversations: [LetterID: Int] = [:]

    /// Letters that were to wait for a proof, those that still do, and those whose time was over.
    private var awaited: Set<LetterID> = []
    private var unproven: Set<LetterID> = []
    private var overdue: Set<LetterID> = []
    private var heldByRules: Set<LetterID> = []

    var counts: QueueCounts {
        QueueCounts(
            states: Dictionary(grouping: entries.values, by: \.state).mapValues(\.count),
            accepted: log.values.filter { $0 }.count + entries.values.filter { !$0.kind.isPosted }.count)
    }

    var soonestDue: Timestamp? { waiting.first?.due }

    private var waiting: [Entry] {
        entries.values.filter { $0.state == .ready }.sorted { before($0.due, $0.id, $1.due, $1.id) }
    }

    private func before(_ left: Timestamp?, _ leftID: LetterID, _ right: Timestamp?, _ rightID: LetterID) -> Bool {
        (left?.milliseconds ?? 0, leftID.high, leftID.low) < (right?.milliseconds ?? 0, rightID.high, rightID.low)
    }

    private func inOrder(_ ids: some Sequence<LetterID>) -> [LetterID] {
        ids.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }

    // MARK: Intake

    mutating func accept(
        _ id: LetterID, to recipient: Int, held: Bool, key: UInt8?, body: UInt8, at now: Timestamp
    ) -> Acceptance {
        if erased.contains(recipient) {
            guard let key, let known = keys[key], known.expires > now, known.body == body else { return .noLetters }
            return .repeated(known.letter)
        }
        if let key {
            if let known = keys[key], known.expires > now {
                return known.body == body ? .repeated(known.letter) : .conflict
            }
            keys[key] = Key(body: body, letter: id, expires: now + .hours(24))
        }
        log[id] = true
        add(id, to: recipient, .letter, held: held, letter: id, due: now, at: now)
        conversations[id] = recipient
        return .stored
    }

    mutating func acceptUnproven(
        _ id: LetterID, mail: LetterID, to recipient: Int, held: Bool, at now: Timestamp
    ) -> Acceptance {
        guard !erased.contains(recipient) else { return .noLetters }
        log[id] = true
        add(id, to: recipient, .letter, held: true, letter: id, due: now, at: now)
        conversations[id] = recipient
        add(mail, to: recipient, .prove, held: false, letter: id, in: id, due: now, at: now)
        awaited.insert(id)
        unproven.insert(id)
        if held { heldByRules.insert(id) }
        return .stored
    }

    mutating func prove(_ id: LetterID, at now: Timestamp) -> ProofResult {
        guard let entry = entries[id], entry.kind == .letter else { return .unknown }
        guard awaited.remove(id) != nil, unproven.remove(id) != nil else { return overdue.contains(id) ? .unknown : .decided }
        if heldByRules.contains(id) { return .held }
        return move(id, by: .proven, at: now) == .moved(to: .ready) ? .released : .decided
    }

    mutating func dropOverdue(before moment: Timestamp, limit: Int) -> Int {
        let bite = inOrder(awaited.filter { $0.high < LetterID.floor(of: moment).high }).prefix(limit)
        for id in bite {
            awaited.remove(id)
            guard unproven.contains(id) else { continue }
            end(id, .dropped)
            letters.remove(id)
            overdue.insert(id)
        }
        return bite.count
    }

    mutating func reply(_ reply: AcceptedReply, held: Bool, at now: Timestamp) -> Acceptance {
        guard let recipient = conversations[reply.conversation], !erased.contains(recipient) else { return .noLetters }
        log[reply.id] = true
        add(reply.id, to: recipient, .reply, held: held, letter: reply.id, in: reply.conversation, due: now + reply.wait, at: now)
        add(
            reply.copy.id, to: recipient, .copy, held: false, letter: reply.id, in: reply.conversation, due: now + reply.wait,
            at: now)
        return .stored
    }

    mutating func withdraw(_ id: LetterID, at now: Timestamp) -> Bool {
        guard let entry = entries[id], entry.kind == .reply, entry.attempts == 0, entry.accepted >= now - .hours(1) else {
            return false
        }
        guard entry.state == .ready || entry.state == .held else { return false }
        end(id, .dropped)
        for copy in entries.values where copy.kind == .copy && copy.letter == id && (copy.state == .ready || copy.state == .held)
        {
            end(copy.id, .dropped)
        }
        letters.remove(id)
        return true
    }

    mutating func refuse(_ id: LetterID) {
        log[id] = false
    }

    mutating func confirm(_ id: LetterID, to recipient: Int, at now: Timestamp) {
        add(id, to: recipient, .confirmation, held: false, letter: nil, due: now, at: now)
    }

    private mutating func add(
        _ id: LetterID, to recipient: Int, _ kind: DeliveryKind, held: Bool, letter: LetterID?, in conversation: LetterID? = nil,
        due: Timestamp, at now: Timestamp
    ) {
        entries[id] = Entry(
            id: id, recipient: recipient, kind: kind, accepted: now, state: held ? .held : .ready, due: held ? nil : due,
            letter: letter, conversation: conversation)
        if letter == id { letters.insert(id) }
    }

    private func isSendable(_ entry: Entry) -> Bool {
        guard !erased.contains(entry.recipient), hasSeal(entry) else { return false }
        guard let conversation = entry.conversation else { return true }
        return conversations[conversation] != nil && letters.contains(conversation) && entries[conversation] != nil
    }

    private func hasSeal(_ entry: Entry) -> Bool { entry.letter.map { letters.contains($0) } ?? true }

    // MARK: Leases

    mutating func claim(_ count: Int, _ lease: LeaseID, until: Timestamp, at now: Timestamp) -> [LetterID] {
        let taken = waiting.filter { ($0.due ?? now) <= now }.prefix(count)
        for entry in taken {
            if isSendable(entry) {
                change(entry.id) {
                    ($0.state, $0.lease, $0.leaseUntil) = (.leased, lease, until)
                    $0.attempts += 1
                }
            } else {
                end(entry.id, .dropped)
                letters.remove(entry.id)
            }
        }
        return taken.map(\.id).filter { entries[$0]?.state == .leased }
    }

    mutating func settle(_ id: LetterID, _ lease: LeaseID, _ settlement: Settlement) -> SettlementResult {
        guard entries[id]?.lease == lease else { return settleLate(id, lease, settlement) }
        change(id) {
            ($0.state, $0.due, $0.lease, $0.leaseUntil) = (settlement.state, settlement.due, nil, nil)
            if settlement.outcome.kind == .uncertain { $0.uncertain += 1 }
        }
        return .written
    }

    private mutating func settleLate(_ id: LetterID, _ lease: LeaseID, _ settlement: Settlement) -> SettlementResult {
        guard let entry = entries[id], settlement.outcome.kind == .delivered, entry.interrupted.contains(lease),
            entry.state == .ready || entry.state == .leased
        else { return .tooLate }
        change(id) { ($0.state, $0.due, $0.lease, $0.leaseUntil) = (.delivered, nil, nil, nil) }
        return .writtenLate
    }

    mutating func unclaim(_ lease: LeaseID) -> Int {
        let ids = entries.values.filter { $0.lease == lease }.map(\.id)
        for id in ids { giveBack(id) }
        return ids.count
    }

    mutating func unclaim(_ id: LetterID, _ lease: LeaseID, due: Timestamp?) -> Bool {
        guard entries[id]?.lease == lease else { return false }
        giveBack(id)
        if let due { change(id) { $0.due = due } }
        return true
    }

    private mutating func giveBack(_ id: LetterID) {
        change(id) {
            ($0.state, $0.lease, $0.leaseUntil) = (.ready, nil, nil)
            $0.attempts -= 1
        }
    }

    mutating func expireLeases(at now: Timestamp) -> Int {
        endLeases(at: now) { entry in entry.leaseUntil.map { $0 <= now } ?? false }
    }

    mutating func recoverLeases(of node: Int64, at now: Timestamp) -> Int {
        endLeases(at: now) { $0.lease?.node == node }
    }

    private mutating func endLeases(at now: Timestamp, where isOver: (Entry) -> Bool) -> Int {
        let over = entries.values.filter(isOver)
        for entry in over {
            change(entry.id) {
                if let lease = $0.lease { $0.interrupted.insert(lease) }
                ($0.state, $0.due, $0.lease, $0.leaseUntil) = (.ready, now, nil, nil)
                $0.uncertain += 1
            }
        }
        return over.count
    }

    mutating func expireOld(at now: Timestamp, lifetime: Duration, limit: Int) -> Int {
        let old = waiting.filter { ($0.due ?? now) <= now }.prefix(limit).filter { entry in
            let end = (entry.released ?? entry.accepted) + lifetime
            return end <= now && (entry.due ?? now) <= end
        }
        for entry in old { end(entry.id, .expired) }
        return old.count
    }

    // MARK: Staff

    mutating func move(_ id: LetterID, by event: DeliveryEvent, at now: Timestamp) -> DeliveryMove {
        guard let state = entries[id]?.state else { return .unknown }
        guard let next = try? state.after(event) else { return .refused(in: state) }
        change(id) {
            ($0.state, $0.due) = (next, next == .ready ? now : nil)
            if next == .ready { $0.released = now }
        }
        return .moved(to: next)
    }

    mutating func retry(_ id: LetterID, at now: Timestamp) -> DeliveryMove {
        guard let state = entries[id]?.state else { return .unknown }
        if state == .ready {
            change(id) { $0.due = now }
            return .moved(to: .ready)
        }
        if let entry = entries[id], state == .failed || state == .expired,
            erased.contains(entry.recipient) || !hasSeal(entry)
        {
            return .nothingToSend(in: state)
        }
        return move(id, by: .retried, at: now)
    }

    mutating func recall(_ id: LetterID, at now: Timestamp) -> DeliveryMove {
        if let entry = entries[id], erased.contains(entry.recipient) { return .refused(in: entry.state) }
        return move(id, by: .recalled, at: now)
    }

    mutating func retryAll(at now: Timestamp, limit: Int) -> Int {
        let later = waiting.filter { ($0.due ?? now) > now }.prefix(limit)
        for entry in later { change(entry.id) { $0.due = now } }
        return later.count
    }

    mutating func moveHeld(of recipient: Int?, by event: DeliveryEvent, at now: Timestamp, limit: Int) -> Int {
        let all = entries.values.filter { $0.state == .held && (recipient == nil || $0.recipient == recipient) }
        let held = inOrder(all.map(\.id))
        // What waits for its visitor's proof is left alone, and counts towards its bite; a bite of nothing else is passed over.
        for start in stride(from: 0, to: held.count, by: limit) {
            let bite = held[start...].prefix(limit).filter { !unproven.contains($0) }
            for id in bite { _ = move(id, by: event, at: now) }
            if !bite.isEmpty { return bite.count }
        }
        return 0
    }

    mutating func erase(_ recipient: Int) {
        erased.insert(recipient)
        for entry in entries.values where entry.recipient == recipient {
            awaited.remove(entry.id)
            letters.remove(entry.id)
            conversations[entry.id] = nil
            if entry.state == .ready || entry.state == .held { end(entry.id, .dropped) }
        }
    }

    // MARK: Retention

    mutating func forgetKeys(at now: Timestamp, limit: Int) -> Int {
        let over = keys.filter { $0.value.expires <= now }.sorted { $0.value.expires < $1.value.expires }.prefix(limit)
        for (key, _) in over { keys[key] = nil }
        return over.count
    }

    mutating func forgetLetters(through epoch: Epoch, limit: Int) -> Int {
        let empty = entries.values.filter {
            $0.state == .held && !letters.contains($0.id) && Epoch(containing: $0.accepted) <= epoch
        }
        for id in inOrder(empty.map(\.id)).prefix(limit) { end(id, .dropped) }
        let over = entries.values.filter {
            letters.contains($0.id) && Epoch(containing: $0.accepted) <= epoch && $0.state != .leased
        }
        let bite = inOrder(over.map(\.id)).prefix(limit)
        for id in bite {
            letters.remove(id)
            if let state = entries[id]?.state, state == .ready || state == .held { end(id, .dropped) }
        }
        return empty.prefix(limit).count + bite.count
    }

    mutating func forgetSubmissions(before moment: Timestamp, limit: Int) -> Int {
        let over = log.keys.filter { $0.high < LetterID.floor(of: moment).high && (entries[$0]?.state.isTerminal ?? true) }
        let bite = inOrder(over).prefix(limit)
        for id in bite {
            (log[id], entries[id], conversations[id]) = (nil, nil, nil)
            letters.remove(id)
            unproven.remove(id)
        }
        return bite.count
    }

    mutating func forgetConversations(through epoch: Epoch, limit: Int) {
        let over = conversations.keys.filter { Epoch(containing: $0.moment) <= epoch }
        for id in inOrder(over).prefix(limit) { conversations[id] = nil }
    }

    mutating func forgetUnposted(before moment: Timestamp, limit: Int) -> Int {
        let over = entries.values.filter {
            !$0.kind.isPosted && $0.state.isTerminal && $0.id.high < LetterID.floor(of: moment).high
        }
        let bite = inOrder(over.map(\.id)).prefix(limit)
        for id in bite { entries[id] = nil }
        return bite.count
    }

    private mutating func end(_ id: LetterID, _ state: DeliveryState) {
        change(id) { ($0.state, $0.due) = (state, nil) }
    }

    private mutating func change(_ id: LetterID, _ body: (inout Entry) -> Void) {
        guard var entry = entries[id] else { return }
        body(&entry)
        entries[id] = entry
        if entry.state != .held { unproven.remove(id) }
    }
}
