package import PosternCore

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

extension Int: Storable {
    package init?(stored: SQLValue) {
        guard let number = Int64(stored: stored) else { return nil }
        self.init(exactly: number)
    }

    package var stored: SQLValue { .integer(Int64(self)) }
}

extension Int32: Storable {
    package init?(stored: SQLValue) {
        guard let number = Int64(stored: stored) else { return nil }
        self.init(exactly: number)
    }

    package var stored: SQLValue { .integer(Int64(self)) }
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

/// Milliseconds since 1970.
extension Timestamp: Storable {
    package init?(stored: SQLValue) {
        guard let milliseconds = Int64(stored: stored) else { return nil }
        self.init(milliseconds: milliseconds)
    }

    package var stored: SQLValue { .integer(milliseconds) }
}

/// Days since 1970.
extension Epoch: Storable {
    package init?(stored: SQLValue) {
        guard let day = Int32(stored: stored) else { return nil }
        self.init(day: day)
    }

    package var stored: SQLValue { .integer(Int64(day)) }
}

/// Sixteen bytes, most significant first, so that the store's order is the order of time.
extension Identifier: Storable {
    package init?(stored: SQLValue) {
        guard case .blob(let bytes) = stored else { return nil }
        self.init(bytes: bytes)
    }

    package var stored: SQLValue {
        // Every statement binds one or more of these.
        .blob(
            [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
                let target = UnsafeMutableRawBufferPointer(buffer)
                target.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
                target.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
                count = 16
            })
    }

    /// Below every id that was made at or after `moment`. Ids begin with their milliseconds, so that a span of time is a
    /// range of the primary key and needs no index of its own.
    package static func floor(of moment: Timestamp) -> Identifier {
        Identifier(high: UInt64(clamping: moment.milliseconds) << 16, low: 0)
    }

    /// Before every id: where a listing begins.
    package static var zero: Identifier { Identifier(high: 0, low: 0) }
}

extension SiteID: Storable {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored), let id = try? SiteID(text) else { return nil }
        self = id
    }

    package var stored: SQLValue { .text(text) }
}

extension Handle: Storable {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored), let handle = try? Handle(text) else { return nil }
        self = handle
    }

    package var stored: SQLValue { .text(text) }
}

extension Language: Storable {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored) else { return nil }
        self.init(text)
    }

    package var stored: SQLValue { .text(description) }
}

/// The name of a person or a site, which is the only line of text that is not sealed.
extension HeaderText: Storable {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored), let name = try? HeaderText(text, limit: Letter.Limit.name) else { return nil }
        self = name
    }

    package var stored: SQLValue { .text(text) }
}

/// The states and kinds: each is stored under its raw value, which the schema's CHECK lists.
extension Storable where Self: RawRepresentable, RawValue == String {
    package init?(stored: SQLValue) {
        guard let text = String(stored: stored) else { return nil }
        self.init(rawValue: text)
    }

    package var stored: SQLValue { .text(rawValue) }
}

extension DeliveryState: Storable {}
extension DeliveryStage: Storable {}
extension DeliveryKind: Storable {}
extension Recipient.State: Storable {}
extension Verdict.Decision: Storable {}
