/// One step of the schema, never changed once released: the next one corrects its mistakes.
package struct Migration: Sendable {
    /// 1, 2, 3 … without gaps.
    package let version: Int
    /// What it brought, in a few words.
    package let name: String
    package let statements: [StaticString]

    package init(version: Int, name: String, statements: [StaticString]) {
        (self.version, self.name, self.statements) = (version, name, statements)
    }

    /// FNV-1a over the statements, 64 bits in hex. It finds a migration that was edited by accident; nobody is kept out by
    /// it.
    package var checksum: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for statement in statements {
            statement.withUTF8Buffer { bytes in
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            }
            // Where one statement ends counts, too.
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Every step the schema has taken.
package enum Schema {
    package static let migrations = [letters, operations, nodes, walls]
}
