import PosternCore
import PosternStore
import Testing

@Suite("What a driver reports decides whether a transaction is run again, given up, or the last one")
struct ConnectionPoolTests {
    private static let fault = ScriptedConnection.fault

    private func withPool(
        _ failures: [ScriptedConnection.Step: [StoreError]], _ body: (ConnectionPool, ScriptedConnection) async throws -> Void
    ) async throws {
        let connection = ScriptedConnection(failures)
        let pool = ConnectionPool(writer: ConnectionLane("test", connection), readers: [], onCommit: { _, _ in })
        try await body(pool, connection)
        await pool.close()
    }

    // The rule: nothing was kept, so the unit is run again, wherever it was hit.
    @Test(arguments: [
        [ScriptedConnection.Step.begin: [StoreError.unreachable(fault)]], [.run: [.conflict(fault), .conflict(fault)]],
        [.run: [.unreachable(fault)]], [.commit: [.conflict(fault)]],
        [.begin: [.unreachable(fault)], .run: [.conflict(fault)], .commit: [.conflict(fault)]],
    ])
    func `After a conflict or a lost connection the same is run again, and kept once`(
        failures: [ScriptedConnection.Step: [StoreError]]
    ) async throws {
        try await withPool(failures) { pool, connection in
            _ = try await pool.write { try $0.run("INSERT", [.integer(1)]) }
            #expect(connection.kept == [1])
            #expect(pool.health == .well)
        }
    }

    @Test func `A unit that swallows the error of its lost transaction is run again all the same`() async throws {
        try await withPool([.run: [.conflict(Self.fault)]]) { pool, connection in
            _ = try await pool.write { transaction in
                _ = try? transaction.run("INSERT", [.integer(1)])
                try transaction.run("INSERT", [.integer(2)])
            }
            #expect(connection.kept == [1, 2])
        }
    }

    @Test func `A conflict without end is given up as temporary, and the store stays open`() async throws {
        try await withPool([.run: Array(repeating: .conflict(Self.fault), count: 6)]) { pool, connection in
            await #expect(throws: StoreError.conflict(Self.fault)) {
                _ = try await pool.write { try $0.run("INSERT", [.integer(1)]) }
            }
            #expect(connection.begun == 6)
            _ = try await pool.write { try $0.run("INSERT", [.integer(2)]) }
            #expect(connection.kept == [2])
        }
    }

    // The rule: what was sent may be kept, so it is not sent twice.
    @Test func `A connection lost at COMMIT leaves the outcome unknown, and nothing is run again`() async throws {
        try await withPool([.commit: [.unreachable(Self.fault)]]) { pool, connection in
            let error = await #expect(throws: StoreError.self) {
                _ = try await pool.write { try $0.run("INSERT", [.integer(1)]) }
            }
            #expect(error == .unknown(Self.fault))
            #expect(error?.permanence == .temporary)
            #expect(connection.begun == 1)
            #expect(pool.health == .well)
            _ = try await pool.write { try $0.run("INSERT", [.integer(2)]) }
            #expect(connection.kept == [2])
        }
    }

    @Test func `A constraint that COMMIT finds fails its transaction alone`() async throws {
        try await withPool([.commit: [.constraint(Self.fault)]]) { pool, connection in
            await #expect(throws: StoreError.constraint(Self.fault)) {
                _ = try await pool.write { try $0.run("INSERT", [.integer(1)]) }
            }
            _ = try await pool.write { try $0.run("INSERT", [.integer(2)]) }
            #expect(connection.kept == [2])
        }
    }

    @Test(arguments: [ScriptedConnection.Step.begin, .run, .commit])
    func `A broken store takes nothing more`(step: ScriptedConnection.Step) async throws {
        try await withPool([step: [.broken(Self.fault)]]) { pool, connection in
            for number in 0..<2 {
                await #expect(throws: StoreError.broken(Self.fault)) {
                    _ = try await pool.write { try $0.run("INSERT", [.integer(Int64(number))]) }
                }
            }
            #expect(pool.health == .broken(Self.fault))
            #expect(connection.kept.isEmpty)
        }
    }

    @Test func `A read that lost its connection looks again`() async throws {
        try await withPool([.run: [.unreachable(Self.fault)]]) { pool, connection in
            let rows = try await pool.read { try $0.rows("SELECT") }
            #expect(rows.isEmpty)
            #expect(connection.begun == 2)
        }
    }
}
