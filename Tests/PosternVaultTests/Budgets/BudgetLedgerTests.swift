import Crypto
import PosternCore
import PosternTestSupport
import PosternVault
import Testing

@Suite("What goes out is counted in the vault, strictly and within bounds")
struct BudgetLedgerTests {
    private static let start = Timestamp(seconds: 1_795_514_709)
    private static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    private static func account(_ budget: Budget, _ number: UInt16 = 0) -> BudgetLedger.Account {
        .init(budget, KeyedDigest(of: [UInt8(number >> 8), UInt8(number & 0xFF)], under: key))
    }

    private static func rates(
        recipient: Limit.Rate? = nil, address: Limit.Rate? = nil, confirmation: Limit.Rate? = nil, global: Limit.Rate? = nil
    ) -> Configuration.Budgets {
        .init(recipient: recipient, address: address, confirmation: confirmation, global: global)
    }

    /// Asked every minute for a week, whatever the rate: in no span does more go out than it says.
    @Test(arguments: [
        Limit.Rate(count: 1, per: .days(1)), .init(count: 3, per: .days(1)), .init(count: 2, per: .hours(1)),
        .init(count: 100, per: .hours(1)), .init(count: 7, per: .minutes(10)),
    ])
    func `Never more than the budget in any span of it, and not much less`(rate: Limit.Rate) throws {
        var ledger = BudgetLedger(Self.rates(recipient: rate))
        var granted: [Int64] = []
        let step = min(rate.per.milliseconds / 40, 60_000)
        for moment in stride(from: 0, to: rate.per.milliseconds * 5, by: Int(step)) {
            if ledger.take([Self.account(.recipient)], at: Self.start + .milliseconds(moment)) == .granted {
                granted.append(Int64(moment))
            }
        }
        for (index, first) in granted.enumerated() {
            let inSpan = granted[index...].prefix { $0 < first + rate.per.milliseconds }.count
            #expect(inSpan <= rate.count)
        }
        #expect(granted.count >= 5 * (rate.count + 1) / 2)
    }

    /// Used to the full for a month, as by somebody who asks for links in another's name.
    @Test(arguments: [Budget.manage, .confirmation, .reply])
    func `Where a person waits for each, all of a day's may go at once, every day again and never more`(budget: Budget) throws {
        let six = Limit.Rate(count: 6, per: .days(1))
        let rates = Configuration.Budgets(
            recipient: nil, address: nil, confirmation: six, global: nil, reply: six, manage: six)
        var ledger = BudgetLedger(rates)
        for day in Int64(0)..<30 {
            let now = Self.start + .days(day)
            for _ in 0..<6 { #expect(ledger.take([Self.account(budget)], at: now) == .granted) }
            for hour in [Int64(0), 9, 23] {
                #expect(ledger.take([Self.account(budget)], at: now + .hours(hour)) == .used(budget))
                #expect(ledger.wait(for: [Self.account(budget)], at: now + .hours(hour)) == .hours(24 - hour))
            }
        }
        // One that did not go out leaves its place, over a restart too.
        ledger.giveBack([Self.account(budget)])
        var again = BudgetLedger(rates)
        try again.restore(ledger.bytes(at: Self.start + .days(29)), at: Self.start + .days(29))
        #expect(again.take([Self.account(budget)], at: Self.start + .days(29)) == .granted)
        #expect(again.take([Self.account(budget)], at: Self.start + .days(29)) == .used(budget))
    }

    @Test func `A letter that one budget refuses is counted in none`() {
        var ledger = BudgetLedger(
            Self.rates(recipient: .init(count: 2, per: .hours(1)), global: .init(count: 20, per: .hours(1))))
        let letter = [Self.account(.recipient), Self.account(.global)]
        #expect(ledger.take(letter, at: Self.start) == .granted)
        for _ in 0..<100 { #expect(ledger.take(letter, at: Self.start) == .used(.recipient)) }
        // Nine more recipients get one each: the first used one of ten that may come at once.
        for number in 1...9 {
            #expect(ledger.take([Self.account(.recipient, UInt16(number)), Self.account(.global)], at: Self.start) == .granted)
        }
        #expect(ledger.take([Self.account(.recipient, 99), Self.account(.global)], at: Self.start) == .used(.global))
    }

    @Test func `What is given back can be used again, and no more`() {
        var ledger = BudgetLedger(Self.rates(confirmation: .init(count: 1, per: .days(1))))
        let mail = [Self.account(.confirmation)]
        for _ in 0..<5 {
            #expect(ledger.take(mail, at: Self.start) == .granted)
            ledger.giveBack(mail)
        }
        #expect(ledger.take(mail, at: Self.start) == .granted)
        #expect(ledger.take(mail, at: Self.start + .hours(23)) == .used(.confirmation))
        #expect(ledger.take(mail, at: Self.start + .days(1)) == .granted)
    }

    @Test func `A budget that is off counts nothing`() {
        var ledger = BudgetLedger(Self.rates())
        for number in 0..<1_000 {
            let settable = Budget.allCases.filter { ![.related, .followed, .named].contains($0) }
            #expect(ledger.take(settable.map { Self.account($0, UInt16(number)) }, at: Self.start) == .granted)
        }
        #expect(ledger.count == 0)
    }

    /// A relay can name as many recipients as it likes: memory stays bounded, and nobody is forgotten for it.
    @Test func `A flood of names fills the ledger and opens no budget again`() {
        var ledger = BudgetLedger(Self.rates(confirmation: .init(count: 1, per: .days(1))), most: 100)
        let victim = [Self.account(.confirmation, 60_000)]
        #expect(ledger.take(victim, at: Self.start) == .granted)
        var full = 0
        for number in 0..<1_000 {
            if ledger.take([Self.account(.confirmation, UInt16(number))], at: Self.start) == .full(.confirmation) { full += 1 }
            #expect(ledger.count <= 100)
        }
        #expect(full == 901)
        #expect(ledger.take(victim, at: Self.start + .hours(1)) == .used(.confirmation))
        // A day later nothing is used any more, and there is room.
        #expect(ledger.take([Self.account(.confirmation, 5_000)], at: Self.start + .days(1) + .minutes(1)) == .granted)
        #expect(ledger.count == 1)
    }

    /// Seconds that the clock seems to have moved while the vault was stopped → whether the day's confirmation counts still.
    @Test(arguments: [(0, true), (3_600, true), (86_401, false), (-86_400, true), (-40 * 86_400, true)])
    func `A restart forgets nothing, and a clock set back gives nothing back and freezes nothing`(
        seconds: Int64, isUsed: Bool
    ) throws {
        let rates = Self.rates(confirmation: .init(count: 1, per: .days(1)), global: .init(count: 10, per: .hours(1)))
        let mail = [Self.account(.confirmation), Self.account(.global)]
        var ledger = BudgetLedger(rates)
        #expect(ledger.take(mail, at: Self.start) == .granted)
        let later = Self.start + .seconds(seconds)
        var again = BudgetLedger(rates)
        try again.restore(ledger.bytes(at: Self.start), at: later)
        #expect(again.take(mail, at: later) == (isUsed ? .used(.confirmation) : .granted))
        #expect(again.take(mail, at: later + .days(1)) == .granted)
    }

    @Test func `Bytes that are no ledger are refused`() {
        for count in [0, 3, 7, 9, 20] {
            var ledger = BudgetLedger(Self.rates(global: .init(count: 1, per: .hours(1))))
            #expect(throws: ByteFault.self) { try ledger.restore([UInt8](repeating: 1, count: count), at: Self.start) }
        }
    }
}
