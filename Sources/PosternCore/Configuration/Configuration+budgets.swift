extension Configuration {
    /// What the vault lets out, whatever the relay asks for. Nil where a budget is off.
    package struct Budgets: Equatable, Sendable {
        /// Letters to one recipient, and to one address whatever its handles.
        package let recipient, address: Limit.Rate?
        /// Confirmations to one address.
        package let confirmation: Limit.Rate?
        /// Everything.
        package let global: Limit.Rate?
        /// Mails to the address of a visitor who has not shown that mails arrive there.
        package let reply: Limit.Rate?
        /// Links to one recipient's own page.
        package let manage: Limit.Rate?
        /// Addresses that the vault seals because a page or a site asks, all together; at most two rates.
        package let enrol: Limit

        /// Unless it is set.
        package static let links = Limit.Rate(count: 6, per: .days(1))

        package init(
            recipient: Limit.Rate?, address: Limit.Rate?, confirmation: Limit.Rate?, global: Limit.Rate?,
            reply: Limit.Rate? = nil, manage: Limit.Rate? = nil, enrol: Limit = .off
        ) {
            self.recipient = recipient
            self.address = address
            self.confirmation = confirmation
            self.global = global
            self.reply = reply
            self.manage = manage
            self.enrol = enrol
        }
    }
}

extension SettingReader {
    /// Unless set, twice what the relay's own limits let through: an honest relay never meets them. Where a limit is off, so
    /// are the budgets that follow from it.
    mutating func budgets(following limits: Configuration.Limits) -> Configuration.Budgets {
        // What a recipient may get in a day may all wait for a smarthost that was away, and come in one hour.
        let ofADay = limits.recipient.rates.map(\.count).max().map { Limit.Rate(count: 2 * $0, per: .hours(1)) }
        return Configuration.Budgets(
            recipient: budget(.budgetRecipient, standard: ofADay),
            address: budget(.budgetAddress, standard: limits.global.rates.first?.doubled),
            confirmation: budget(.budgetConfirmation, standard: Limit.Rate(count: 1, per: .days(1))),
            global: budget(.budgetGlobal, standard: limits.global.rates.last?.doubled),
            reply: budget(.budgetReply, standard: Limit.Rate(count: 3, per: .days(1))),
            manage: budget(.budgetManage, standard: Configuration.Budgets.links),
            enrol: value(
                .budgetEnrol,
                standard: Limit(
                    burst: nil, rates: [Limit.Rate(count: 200, per: .hours(1)), Limit.Rate(count: 2_000, per: .days(1))]),
                remedy: "Write off, or one or two rates over a day at most, as in 200/1h,2000/1d."
            ) { text in
                Limit(text).flatMap { limit in
                    limit.burst == nil && limit.rates.count <= 2 && limit.rates.allSatisfy { $0.per <= .days(1) } ? limit : nil
                }
            })
    }

    private mutating func budget(_ setting: Setting, standard: Limit.Rate?) -> Limit.Rate? {
        value(
            setting, standard: standard.map { Limit(burst: nil, rates: [$0]) } ?? .off,
            remedy: "Write off, or one rate over a day at most, as in 100/1h."
        ) { text in
            Limit(text).flatMap { limit in
                limit.burst == nil && limit.rates.count <= 1 && limit.rates.allSatisfy { $0.per <= .days(1) } ? limit : nil
            }
        }.rates.first
    }
}

extension Limit.Rate {
    fileprivate var doubled: Limit.Rate { Limit.Rate(count: 2 * count, per: per) }
}
