private import PosternCore

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

    /// Over the statements, each with an end that is part of it. It finds a migration that was edited by accident.
    package var checksum: String {
        HexDigits.text(of: Checksum.of(statements.flatMap { $0.withUTF8Buffer { Array($0) } + [0xFF] }))
    }
}

/// Every step the schema has taken.
package enum Schema {
    package static let migrations = [
        letters, operations, nodes, walls, realLife, conversations, members, staff, waves, desk, reveals, charts,
        senders, waveDecisions, muteTags,
    ]
}
