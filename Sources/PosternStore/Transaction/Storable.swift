package import PosternCore

/// What goes into a statement and comes out of it. No floating point and no date: the store has neither.
package enum SQLValue: Equatable, Sendable {
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case null
}

/// A value the store keeps, with the one form it is kept in.
package protocol Storable {
    /// Nil when it is nothing this type could have written.
    init?(stored: SQLValue)
    var stored: SQLValue { get }
}

extension Optional where Wrapped: Storable {
    package var stored: SQLValue { self?.stored ?? .null }
}

extension Int64: Storable {
    package init?(stored: SQLValue) {
        guard case .integer(let number) = stored else { return nil }
        self = number
    }

    package var stored: SQLValue { .integer(self) }
}

extension String: Storable {
    package init?(stored: SQLValue) {
        guard case .text(let text) = stored else { return nil }
        self = text
    }

    package var stored: SQLValue { .text(self) }
}

extension [UInt8]: Storable {
    package init?(stored: SQLValue) {
        guard case .blob(let bytes) = stored else { return nil }
        self = bytes
    }

    package var stored: SQLValue { .blob(self) }
}

/// A value that is kept as one of the three above.
package protocol StoredAs<Form>: Storable {
    associatedtype Form: Storable
    init?(form: Form)
    var form: Form { get }
}

extension StoredAs {
    package init?(stored: SQLValue) {
        guard let form = Form(stored: stored) else { return nil }
        self.init(form: form)
    }

    package var stored: SQLValue { form.stored }
}

/// The range of numbers that we count with. Somebody may have changed the row; sums and spans of numbers in it cannot overflow.
private let plausible = Int64(-1) << 52...Int64(1) << 52

extension Int: StoredAs {
    package init?(form: Int64) {
        guard plausible.contains(form) else { return nil }
        self.init(exactly: form)
    }
    package var form: Int64 { Int64(self) }
}

/// Below the last one, so that it can be counted on from.
extension Int32: StoredAs {
    package init?(form: Int64) {
        guard form < Int32.max else { return nil }
        self.init(exactly: form)
    }
    package var form: Int64 { Int64(self) }
}

/// Milliseconds since 1970.
extension Timestamp: StoredAs {
    package init?(form: Int64) {
        guard plausible.contains(form) else { return nil }
        self.init(milliseconds: form)
    }
    package var form: Int64 { milliseconds }
}

/// Days since 1970.
extension Epoch: StoredAs {
    package init?(form: Int64) {
        guard let day = Int32(form: form) else { return nil }
        self.init(day: day)
    }

    package var form: Int64 { Int64(day) }
}

/// The same bits as a signed number, because stores have no unsigned one.
extension Tag: StoredAs {
    package init?(form: Int64) { self.init(value: UInt64(bitPattern: form)) }
    package var form: Int64 { Int64(bitPattern: value) }
}

/// Sixteen bytes, most significant first, so that the store's order is the order of time.
extension Identifier: StoredAs {
    package init?(form: [UInt8]) { self.init(bytes: form) }
    package var form: [UInt8] { bytes }

    /// Below every id that was made at or after `moment`. Ids begin with their milliseconds, so that a span of time is a
    /// range of the primary key and needs no index of its own.
    package static func floor(of moment: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: moment.milliseconds) << 16, low: 0)
    }

    /// Before every id: where a listing begins.
    package static var zero: Identifier { Identifier(high: 0, low: 0) }
}

extension SiteID: StoredAs {
    package init?(form: String) { try? self.init(form) }
    package var form: String { text }
}

extension Handle: StoredAs {
    package init?(form: String) { try? self.init(form) }
    package var form: String { text }
}

extension StaffName: StoredAs {
    package init?(form: String) { try? self.init(form) }
    package var form: String { text }
}

extension Language: StoredAs {
    package init?(form: String) { self.init(form) }
    package var form: String { description }
}

extension Actor: StoredAs {
    package init?(form: String) { self.init(form) }
    package var form: String { description }
}

/// The name of a person or a site, which is the only line of text that is not sealed.
extension HeaderText: StoredAs {
    package init?(form: String) { self.init(stored: form, limit: Letter.Limit.name) }
    package var form: String { text }
}

/// The states and kinds: each is stored under its raw value, which the schema's CHECK lists.
extension StoredAs where Self: RawRepresentable, RawValue == String {
    package init?(form: String) { self.init(rawValue: form) }
    package var form: String { rawValue }
}

extension DeliveryState: StoredAs {}
extension DeliveryStage: StoredAs {}
extension DeliveryKind: StoredAs {}
extension Recipient.State: StoredAs {}
extension Writers: StoredAs {}
extension Joining: StoredAs {}
extension SiteToken.Scope: StoredAs {}
extension ReportReason: StoredAs {}
extension StaffRole: StoredAs {}
extension ReportDecision: StoredAs {}
extension ChartSeries: StoredAs {}
extension ReviewLane: StoredAs {}
extension ReviewAct: StoredAs {}
extension ReviewReason: StoredAs {}
extension Verdict.Decision: StoredAs {}
extension Verdict.Rule: StoredAs {}
extension Block.Effect: StoredAs {}
extension LogoID.Kind: StoredAs {}
