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

    package var setting: Setting {
        switch self {
        case .recipient: .budgetRecipient
        case .address: .budgetAddress
        case .confirmation: .budgetConfirmation
        case .global: .budgetGlobal
        case .reply: .budgetReply
        }
    }

    package var what: String {
        switch self {
        case .recipient: "letters to one recipient"
        case .address: "letters to one address"
        case .confirmation: "confirmations to one address"
        case .global: "letters in all"
        case .reply: "mails to a visitor who has not answered by one of their links"
        }
    }
}

/// How much of each budget is used. A pure value: its owner has the clock and the file.
///
/// Within any span of a budget's length, no more goes out than the budget says. Half of it may go out at once, the rest evenly:
/// if all of it could go at once, nearly twice as much could go out within one span.
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

    private let gates: [Budget: RateGate]
    private let most: Int
    private var arrivals: [Account: Int64] = [:]
    private var lastSweep: Timestamp?

    package init(_ rates: Configuration.Budgets, most: Int = Self.mostAccounts) {
        let all: [(Budget, Limit.Rate?)] = [
            (.recipient, rates.recipient), (.address, rates.address), (.confirmation, rates.confirmation),
            (.global, rates.global), (.reply, rates.reply),
        ]
        gates = Dictionary(
            uniqueKeysWithValues: all.compactMap { budget, rate in
                // The first answers of a conversation come within minutes, and none of them is to wait for half a day.
                rate.map { (budget, RateGate(budget: $0, burst: budget == .reply ? $0.count : ($0.count + 1) / 2)) }
            })
        self.most = most
    }

    package var count: Int { arrivals.count }

    /// Whether nothing is counted at all.
    package var isOff: Bool { gates.isEmpty }

    /// Takes one from each account, or from none.
    package mutating func take(_ accounts: [Account], at now: Timestamp) -> Answer {
        let counted = accounts.compactMap { account in gates[account.budget].map { (account, $0) } }
        for (account, gate) in counted where arrivals[account].map({ !gate.admits($0, at: now) }) ?? false {
            return .used(account.budget)
        }
        let opened = counted.filter { arrivals[$0.0] == nil }
        if let first = opened.first, arrivals.count + opened.count > most {
            sweep(at: now)
            guard arrivals.count + opened.count <= most else { return .full(first.0.budget) }
        }
        for (account, gate) in counted { arrivals[account] = gate.admitted(arrivals[account] ?? .min / 4, at: now) }
        return .granted
    }

    /// Gives back what was taken for a letter that did not go out.
    package mutating func giveBack(_ accounts: [Account]) {
        for account in accounts {
            guard let gate = gates[account.budget], let arrival = arrivals[account] else { continue }
            arrivals[account] = gate.givenBack(arrival)
        }
    }

    /// Forgets accounts of which nothing is used any more; at most once a minute, since it looks at all of them.
    private mutating func sweep(at now: Timestamp) {
        if let lastSweep, now.since(lastSweep) < .minutes(1), now >= lastSweep { return }
        lastSweep = now
        arrivals = arrivals.filter { account, arrival in gates[account.budget].map { !$0.isSettled(arrival, at: now) } ?? false }
    }
}

extension BudgetLedger {
    /// What is used, to be kept over a restart: how long it takes until each account has nothing used any more.
    package func bytes(at now: Timestamp) -> [UInt8] {
        var writer = ByteWriter(capacity: 16 + arrivals.count * 24)
        writer.write(now.milliseconds)
        for (account, arrival) in arrivals {
            guard let gate = gates[account.budget], !gate.isSettled(arrival, at: now) else { continue }
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
            guard let budget, let gate = gates[budget], left > 0 else { continue }
            arrivals[Account(budget, digest)] = gate.arrival(settledIn: .milliseconds(left), at: now)
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
