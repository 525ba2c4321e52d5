package import PosternCore

/// What the vault counts by itself, since a relay that was taken over counts nothing.
package enum Budget: UInt8, CaseIterable, Sendable {
    /// Letters to one recipient.
    case recipient = 1
    /// Letters to one address, whatever its handles and sites.
    case address = 2
    /// Mails that ask an address whether it is theirs.
    case confirmation = 3
    /// Everything that goes out.
    case global = 4
    /// Mails to a visitor's address that has not shown that mails arrive there.
    case reply = 5
    /// Addresses sealed because a page or a site asked, by the first rate and by the second; those that strangers give apart from those
    /// of members and sites.
    case enrol = 6
    case enrolDay = 7
    /// Links to one recipient's own page.
    case manage = 8
    /// New addresses that one recipient has asked.
    case change = 9
    /// Records sealed for one address, by joining or as a new one.
    case ask = 10
    /// Mails with a code to an address whose owner has come back by the link in one.
    case again = 11
    /// Looks at what a client was called before.
    case related = 12
    /// Clients that were followed to a later day than the one on which they were seen.
    case followed = 13
    /// Senders of letters that were named for a block.
    case named = 14

    /// How often one recipient may give a new address.
    package static let changes = Limit.Rate(count: 5, per: .days(1))
    /// How often one address may be given, no matter who does, and how often its owner may have the code mailed.
    package static let asks = Limit.Rate(count: 10, per: .days(1))

    /// Far more than staff look at in a day, and far fewer than there are addresses to try out.
    package static let lookedUp = Limit.Rate(count: 20_000, per: .days(1))
    package static let followedClients = Limit.Rate(count: 50, per: .days(1))
    package static let namedSenders = Limit.Rate(count: 50, per: .days(1))

    package var setting: Setting {
        switch self {
        case .recipient: .budgetRecipient
        case .address: .budgetAddress
        case .confirmation, .change, .ask, .again: .budgetConfirmation
        case .global: .budgetGlobal
        case .reply: .budgetReply
        case .enrol, .enrolDay: .budgetEnrol
        case .manage: .budgetManage
        case .related, .followed, .named: .reveals
        }
    }

    package var what: String {
        switch self {
        case .recipient: "letters to one recipient"
        case .address: "letters to one address"
        case .confirmation: "confirmations to one address"
        case .global: "letters in all"
        case .reply: "mails to a visitor who has not answered by one of their links"
        case .enrol, .enrolDay: "new addresses"
        case .manage: "links to one recipient's own page"
        case .change: "new addresses of one recipient"
        case .ask: "records of one address"
        case .again: "mails with a code to one address"
        case .related: "looks at what clients were called before"
        case .followed: "clients followed to later days"
        case .named: "senders named for blocks"
        }
    }
}

/// How much of each budget is used. A pure value: its owner has the clock and the file.
///
/// Within any span of a budget's length, no more goes out than the budget says. Half of it may go out at once, the rest evenly:
/// if all of it could go at once, nearly twice as much could go out within one span. Where a person waits for each mail, and there are
/// few, each has a place that is free again when the span is over: then all of them may go at once.
package struct BudgetLedger: Sendable {
    /// A budget, and what it is counted for: a digest, so that no address is in memory or in the file.
    package struct Account: Hashable, Sendable {
        package let budget: Budget
        package let digest: KeyedDigest

        package init(_ budget: Budget, _ digest: KeyedDigest) {
            self.budget = budget
            self.digest = digest
        }
    }

    package enum Answer: Equatable, Sendable {
        case granted
        case used(Budget)
        /// So many accounts are in use that no other can be opened.
        case full(Budget)
    }

    /// A relay can name any number of recipients and addresses.
    package static let mostAccounts = 262_144

    fileprivate struct Rule {
        let gate: RateGate
        /// How many accounts share the budget, one of which is taken from each time.
        let places: Int
    }

    private let rules: [Budget: Rule]
    private let most: Int
    private var arrivals: [Account: Int64] = [:]
    private var lastSweep: Timestamp?

    package init(_ rates: Configuration.Budgets, most: Int = Self.mostAccounts) {
        let all: [(Budget, Limit.Rate?)] = [
            (.recipient, rates.recipient), (.address, rates.address), (.confirmation, rates.confirmation),
            (.global, rates.global), (.reply, rates.reply), (.manage, rates.manage), (.enrol, rates.enrol.rates.first),
            (.enrolDay, rates.enrol.rates.dropFirst().first), (.change, rates.confirmation.map { _ in Budget.changes }),
            (.ask, rates.confirmation.map { _ in Budget.asks }), (.again, rates.confirmation.map { _ in Budget.asks }),
            (.related, Budget.lookedUp), (.followed, Budget.followedClients),
            (.named, Budget.namedSenders),
        ]
        rules = Dictionary(uniqueKeysWithValues: all.compactMap { budget, rate in rate.map { (budget, Rule($0, of: budget)) } })
        self.most = most
    }

    package var count: Int { arrivals.count }

    /// Takes one from each account, or from none.
    package mutating func take(_ accounts: [Account], at now: Timestamp) -> Answer {
        var counted: [(Account, RateGate)] = []
        for account in accounts {
            guard let rule = rules[account.budget] else { continue }
            guard let free = places(of: account).first(where: { arrivals[$0].map { rule.gate.admits($0, at: now) } ?? true })
            else { return .used(account.budget) }
            counted.append((free, rule.gate))
        }
        let opened = counted.filter { arrivals[$0.0] == nil }
        if let first = opened.first, arrivals.count + opened.count > most {
            sweep(at: now)
            guard arrivals.count + opened.count <= most else { return .full(first.0.budget) }
        }
        for (account, gate) in counted { arrivals[account] = gate.admitted(arrivals[account] ?? .min / 4, at: now) }
        return .granted
    }

    /// How long until each account has one more to give.
    package func wait(for accounts: [Account], at now: Timestamp) -> Duration {
        accounts.compactMap { account in
            rules[account.budget].flatMap { rule in
                places(of: account).map { arrivals[$0].map { rule.gate.wait($0, at: now) } ?? .zero }.min()
            }
        }.max() ?? .zero
    }

    private func places(of account: Account) -> [Account] {
        (0..<(rules[account.budget]?.places ?? 1)).map { Account(account.budget, account.digest.place($0)) }
    }

    /// Gives back what was taken for a letter that did not go out.
    package mutating func giveBack(_ accounts: [Account]) {
        for account in accounts {
            // The place that was taken last: which one it was makes no difference.
            let taken = places(of: account).compactMap { place in arrivals[place].map { (place, $0) } }.max { $0.1 < $1.1 }
            guard let gate = rules[account.budget]?.gate, let (place, arrival) = taken else { continue }
            arrivals[place] = gate.givenBack(arrival)
        }
    }

    /// Forgets accounts of which nothing is used any more; at most once a minute, since it looks at all of them.
    private mutating func sweep(at now: Timestamp) {
        if let lastSweep, now.since(lastSweep) < .minutes(1), now >= lastSweep { return }
        lastSweep = now
        arrivals = arrivals.filter { account, arrival in
            rules[account.budget].map { !$0.gate.isSettled(arrival, at: now) } ?? false
        }
    }
}

extension BudgetLedger {
    /// What is used, to be kept over a restart: how long it takes until each account has nothing used any more.
    package func bytes(at now: Timestamp) -> [UInt8] {
        var writer = ByteWriter(capacity: 16 + arrivals.count * 24)
        writer.write(now.milliseconds)
        for (account, arrival) in arrivals {
            guard let gate = rules[account.budget]?.gate, !gate.isSettled(arrival, at: now) else { continue }
            writer.write(account.budget.rawValue)
            writer.write(account.digest.head)
            writer.write(account.digest.tail)
            writer.write(gate.untilSettled(arrival, at: now).milliseconds)
        }
        return writer.bytes
    }

    /// Goes on from what `bytes` kept. Time that passed since then counts, but a clock that was set back does not.
    package mutating func restore(_ bytes: [UInt8], at now: Timestamp) throws(ByteFault) {
        var reader = ByteReader(bytes, limit: 0)
        let passed = max(now.milliseconds - (try reader.number(Int64.self)), 0)
        while reader.remaining > 0, arrivals.count < most {
            let budget = Budget(rawValue: try reader.number())
            let digest = KeyedDigest(head: try reader.number(), tail: try reader.number())
            let left = try reader.number(Int64.self) - passed
            guard let budget, let gate = rules[budget]?.gate, left > 0 else { continue }
            arrivals[Account(budget, digest)] = gate.arrival(settledIn: .milliseconds(left), at: now)
        }
    }
}

extension BudgetLedger.Rule {
    /// More places than these cost more than they are worth.
    private static var mostPlaces: Int { 64 }

    fileprivate init(_ rate: Limit.Rate, of budget: Budget) {
        let isAtOnce =
            switch budget {
            // The first answers of a conversation come within minutes, and none of them is to wait for half a day. A link to one's own
            // page is of no use later, and a code is waited for.
            case .reply, .manage, .confirmation, .change, .ask, .again, .followed, .named: true
            case .recipient, .address, .global, .enrol, .enrolDay, .related: false
            }
        if isAtOnce, rate.count <= Self.mostPlaces {
            self.init(gate: RateGate(Limit.Rate(count: 1, per: rate.per), burst: 1), places: rate.count)
        } else {
            self.init(gate: RateGate(budget: rate, burst: isAtOnce ? rate.count : (rate.count + 1) / 2), places: 1)
        }
    }
}

extension RateGate {
    /// Never more than the rate's count in a span of the rate.
    /// - Parameter burst: how many may come at once; the rest comes evenly.
    fileprivate init(budget rate: Limit.Rate, burst: Int) {
        self.init(Limit.Rate(count: rate.count - burst + 1, per: rate.per), burst: burst)
    }
}
