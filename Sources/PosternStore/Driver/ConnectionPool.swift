private import PosternCore

/// Told after each commit, before anybody is answered: how many units it held and how long COMMIT took.
package typealias CommitHook = @Sendable (_ batchSize: Int, _ duration: Duration) -> Void

/// A store over the connections that a driver opened: one that writes, in groups, and any number that read.
package final class ConnectionPool: Database {
    private let writer: ConnectionLane
    private let readers: [ConnectionLane]
    private let group: GroupCommit
    private let reads: ReadLanes

    /// - Parameters:
    ///   - readers: without any, the connection that writes serves reads as well.
    ///   - erasureLimit: how long an erasure may be held up by somebody who looks at an older state.
    package init(
        writer: ConnectionLane, readers: [ConnectionLane], erasureLimit: Duration = .seconds(10), onCommit: @escaping CommitHook
    ) {
        self.writer = writer
        self.readers = readers
        let group = GroupCommit(writer, erasureLimit: erasureLimit, onCommit: onCommit)
        self.group = group
        reads = ReadLanes(readers.isEmpty ? [writer] : readers) { group.breakDown($0) }
    }

    package var health: StoreHealth { group.health }

    /// How many writes wait for the transaction after the present one.
    package var waitingWrites: Int { group.waiting }

    package func write<Answer: Sendable>(
        isErasing: Bool, _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await group.write(isErasing: isErasing, unit)
    }

    package func read<Answer: Sendable>(
        _ unit: @escaping @Sendable (any Transaction) throws -> Answer
    ) async throws -> Answer {
        try await reads.read(unit)
    }

    package func close() async {
        group.end()
        reads.end()
        let (writer, readers, health) = (writer, readers, group.health)
        // Closing throws nothing.
        try? await blocking("postern.store.close") {
            if case .broken = health {
                // The last connection to close may tidy up, as SQLite carries its log into the file. After a failed sync that
                // is for a restart to do. Readers cannot write, so they go last.
                writer.close()
                for reader in readers { reader.close() }
            } else {
                for reader in readers { reader.close() }
                // So that nothing removed stays in what closing carries into the file.
                _ = try? writer.sync { try $0.wipe() }
                writer.close()
            }
        }
    }
}
