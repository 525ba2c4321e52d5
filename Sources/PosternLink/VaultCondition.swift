package import PosternCore

/// How a vault is: what it lets out, whether it believes the clock, what it remembers. No key, no name, no address.
package struct VaultCondition: LinkPayload, Equatable, Sendable {
    package struct BudgetUse: LinkPayload, Equatable, Sendable {
        /// The setting that changes it.
        package let setting: String
        /// As the setting writes it.
        package let limit: String
        /// Letters that had to wait because of it, since the vault's start.
        package let deferred: Int
        package let last: Timestamp?

        package init(setting: String, limit: String, deferred: Int, last: Timestamp?) {
            self.setting = setting
            self.limit = limit
            self.deferred = deferred
            self.last = last
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(setting)
            writer.write(limit)
            writer.write(UInt32(clamping: deferred))
            writer.write(last?.milliseconds ?? 0)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            (setting, limit) = (try reader.text(), try reader.text())
            deferred = Int(try reader.number(UInt32.self))
            let last = try reader.moment()
            self.last = last.milliseconds == 0 ? nil : last
        }
    }

    package struct Clock: LinkPayload, Equatable, Sendable {
        package let now: Timestamp
        /// The latest time that the vault believed.
        package let believed: Timestamp
        /// If not, no key is destroyed until an operator says that the clock is right.
        package let isTrusted: Bool

        package init(now: Timestamp, believed: Timestamp, isTrusted: Bool) {
            self.now = now
            self.believed = believed
            self.isTrusted = isTrusted
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(now.milliseconds)
            writer.write(believed.milliseconds)
            writer.write(isTrusted)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(
                now: try reader.moment(), believed: try reader.moment(), isTrusted: try reader.flag())
        }
    }

    package let budgets: [BudgetUse]
    package let clock: Clock

    package init(budgets: [BudgetUse], clock: Clock) {
        self.budgets = budgets
        self.clock = clock
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(budgets)
        clock.write(to: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(budgets: try reader.list(atMost: 64), clock: try Clock(from: &reader))
    }
}
