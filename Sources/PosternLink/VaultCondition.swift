package import PosternCore

/// The state of a vault: its budgets, whether it trusts the clock, and its connections to the smarthost. It holds no key, no name
/// and no address.
package struct VaultCondition: LinkPayload, Equatable, Sendable {
    package struct BudgetUse: LinkPayload, Equatable, Sendable {
        /// The setting that changes this budget.
        package let setting: String
        /// The limit as it is written in the setting.
        package let limit: String
        /// How many letters it has deferred since the vault started.
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
            last = try reader.optionalMoment()
        }
    }

    package struct Clock: LinkPayload, Equatable, Sendable {
        package let now: Timestamp
        /// The latest time that the vault trusted.
        package let believed: Timestamp
        /// Whether the vault trusts its clock now. If not, it destroys no key until an operator says that the clock is right.
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

    /// What the lanes have learnt about the smarthost since the vault started.
    package struct Lanes: LinkPayload, Equatable, Sendable {
        /// How often something happened, when it last did, and the smarthost's reply then, without any address.
        package struct Tally: LinkPayload, Equatable, Sendable {
            package let times: Int
            package let last: Timestamp?
            package let answer: String

            package init(times: Int = 0, last: Timestamp? = nil, answer: String = "") {
                self.times = times
                self.last = last
                self.answer = answer
            }

            package func write(to writer: inout ByteWriter) {
                writer.write(UInt32(clamping: times))
                writer.write(last?.milliseconds ?? 0)
                writer.write(answer)
            }

            package init(from reader: inout ByteReader) throws(ByteFault) {
                times = Int(try reader.number(UInt32.self))
                last = try reader.optionalMoment()
                answer = try reader.text()
            }
        }

        /// A capability that the smarthost has not offered for so long that letters are held.
        package struct Missing: LinkPayload, Equatable, Sendable {
            /// An EHLO keyword, or `login`: it was offered and refused.
            package let what: String
            package let since: Timestamp

            package static let login = "login"

            package init(what: String, since: Timestamp) {
                self.what = what
                self.since = since
            }

            package func write(to writer: inout ByteWriter) {
                writer.write(what)
                writer.write(since.milliseconds)
            }

            package init(from reader: inout ByteReader) throws(ByteFault) {
                self.init(what: try reader.text(), since: try reader.moment())
            }
        }

        package let configured: Int
        /// How many lanes may have a connection.
        package let allowed: Int
        /// How many lanes have a connection that has carried a letter.
        package let open: Int
        /// Connections that the smarthost turned away while others were open.
        package let turnedAway: Tally
        /// Letters whose text the smarthost received and never acknowledged.
        package let uncertain: Tally
        package let missing: [Missing]

        package init(
            configured: Int, allowed: Int, open: Int = 0, turnedAway: Tally = Tally(), uncertain: Tally = Tally(),
            missing: [Missing] = []
        ) {
            self.configured = configured
            self.allowed = allowed
            self.open = open
            self.turnedAway = turnedAway
            self.uncertain = uncertain
            self.missing = missing
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(UInt16(clamping: configured))
            writer.write(UInt16(clamping: allowed))
            writer.write(UInt16(clamping: open))
            turnedAway.write(to: &writer)
            uncertain.write(to: &writer)
            writer.write(missing)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            self.init(
                configured: Int(try reader.number(UInt16.self)), allowed: Int(try reader.number(UInt16.self)),
                open: Int(try reader.number(UInt16.self)), turnedAway: try Tally(from: &reader),
                uncertain: try Tally(from: &reader), missing: try reader.list(atMost: 16))
        }
    }

    /// A kind of question whose answers are limited, since enough of them would identify somebody.
    package struct CountedQuestions: LinkPayload, Equatable, Sendable {
        /// How many are answered in a day.
        package let limit: Int
        /// How many were refused today, since the vault started.
        package let refused: Int
        package let last: Timestamp?

        package init(limit: Int, refused: Int = 0, last: Timestamp? = nil) {
            self.limit = limit
            self.refused = refused
            self.last = last
        }

        package func write(to writer: inout ByteWriter) {
            writer.write(UInt32(clamping: limit))
            writer.write(UInt32(clamping: refused))
            writer.write(last?.milliseconds ?? 0)
        }

        package init(from reader: inout ByteReader) throws(ByteFault) {
            limit = Int(try reader.number(UInt32.self))
            refused = Int(try reader.number(UInt32.self))
            last = try reader.optionalMoment()
        }
    }

    package let budgets: [BudgetUse]
    package let clock: Clock
    package let lanes: Lanes
    /// The questions whether an answer contains its author's own address (`mention`). The limit is for each recipient.
    package let mentions: CountedQuestions
    /// The questions for a client's tags on later days (`relate`). The limit is for the whole installation.
    package let follows: CountedQuestions

    package init(
        budgets: [BudgetUse], clock: Clock, lanes: Lanes, mentions: CountedQuestions, follows: CountedQuestions
    ) {
        self.budgets = budgets
        self.clock = clock
        self.lanes = lanes
        self.mentions = mentions
        self.follows = follows
    }

    package func write(to writer: inout ByteWriter) {
        writer.write(budgets)
        clock.write(to: &writer)
        lanes.write(to: &writer)
        mentions.write(to: &writer)
        follows.write(to: &writer)
    }

    package init(from reader: inout ByteReader) throws(ByteFault) {
        self.init(
            budgets: try reader.list(atMost: 64), clock: try Clock(from: &reader), lanes: try Lanes(from: &reader),
            mentions: try CountedQuestions(from: &reader), follows: try CountedQuestions(from: &reader))
    }
}
