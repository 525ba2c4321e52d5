import PosternCore
import PosternWeb
import Testing

@Suite("Connections: who may open one, and which makes room")
struct ConnectionTableTests {
    /// Many networks: `network(7)` and `network(8)` share nothing.
    private static func network(_ number: Int, host: UInt8 = 1) throws -> ClientAddress {
        try #require(ClientAddress(bytes: [10 + UInt8(number / 65_536), UInt8(number / 256 % 256), UInt8(number % 256), host]))
    }

    private static func v6(_ bytes: UInt8...) throws -> ClientAddress {
        try #require(ClientAddress(bytes: [0x20, 0x01, 0x0D, 0xB8] + bytes + Array(repeating: 1, count: 12 - bytes.count)))
    }

    /// prefix, how many more addresses of it are tried one after the other, how many of 240 places they get together
    private static func shares() throws -> [(String, [ClientAddress], Int)] {
        [
            ("one IPv4 address", try (0..<300).map { _ in try network(1) }, 30),
            ("an IPv4 /24", try (0..<300).map { try network(1, host: UInt8($0 % 256)) }, 60),
            ("an IPv6 /64", try (0..<300).map { try v6(0, 0, 0, 0, UInt8($0 % 256)) }, 30),
            ("an IPv6 /56", try (0..<300).map { try v6(0, 0, 0, UInt8($0 % 256)) }, 60),
            ("an IPv6 /48", try (0..<300).map { try v6(0, 0, UInt8($0 % 256), UInt8($0 / 256)) }, 80),
        ]
    }

    @Test func `A network gets its share and no more, at every width`() throws {
        for (name, clients, places) in try Self.shares() {
            var table = ConnectionTable<Int>(capacity: 240)
            var refused = 0
            for (id, client) in clients.enumerated() {
                switch table.open(id, from: client) {
                case .admitted: table.move(id, to: .busy)
                case .networkFull: refused += 1
                case .full: Issue.record("\(name) took every place")
                }
            }
            #expect(table.count == places && refused == 300 - places, "\(name): \(table.count)")
            #expect(try table.open(1_000, from: Self.network(99)) == .admitted(closing: []), "\(name) leaves room for others")
        }
    }

    @Test func `Silent connections from a thousand networks shut nobody out`() throws {
        var table = ConnectionTable<Int>(capacity: 240)
        for id in 0..<2_000 { _ = try table.open(id, from: Self.network(id % 1_000)) }
        #expect(table.count == 240)
        for id in 5_000..<5_100 {
            // The oldest of them makes room, and the newcomer stays while it is served.
            #expect(try table.open(id, from: Self.network(id)) == .admitted(closing: [id - 5_000 + 1_760]))
            table.move(id, to: .busy)
        }
        for id in 6_000..<8_000 { _ = try table.open(id, from: Self.network(id % 1_000)) }
        for id in 5_000..<5_100 { table.move(id, to: .idle) }
        #expect(table.count == 240)
    }

    /// The phases of six connections, opened in this order, and which ones make room for the next.
    @Test(
        arguments: [
            ([.silent, .silent, .busy, .idle, .slow, .silent], [0, 1, 5, 3, 4]),
            ([.idle, .silent, .slow, .busy, .busy, .busy], [1, 0, 2]),
            ([.slow, .idle, .idle, .slow, .busy, .idle], [1, 2, 5, 0, 3]),
            ([.busy, .busy, .busy, .busy, .busy, .busy], []),
        ] as [([ConnectionTable<Int>.Phase], [Int])])
    func `A silent connection makes room first, then an idle one, then a slow one`(
        phases: [ConnectionTable<Int>.Phase], closed: [Int]
    ) throws {
        var table = ConnectionTable<Int>(capacity: 6)
        for (id, phase) in phases.enumerated() {
            #expect(try table.open(id, from: Self.network(id)) == .admitted(closing: []))
            table.move(id, to: phase)
        }
        for (number, id) in closed.enumerated() {
            #expect(try table.open(100 + number, from: Self.network(100 + number)) == .admitted(closing: [id]))
            table.move(100 + number, to: .busy)
        }
        #expect(try table.open(200, from: Self.network(200)) == .full)
        table.close(100)
        table.close(0)
        #expect(try table.open(201, from: Self.network(201)) == .admitted(closing: []))
    }

    @Test func `Within a network, only a silent connection makes room for a neighbour's`() throws {
        var table = ConnectionTable<Int>(capacity: 24)
        let office = try Self.network(1)
        for id in 0..<3 { _ = table.open(id, from: office) }
        table.move(0, to: .idle)
        table.move(2, to: .busy)
        #expect(table.open(3, from: office) == .admitted(closing: [1]))
        table.move(3, to: .busy)
        #expect(table.open(4, from: office) == .networkFull)
        table.close(0)
        #expect(table.open(5, from: office) == .admitted(closing: []))
    }

    @Test func `A trusted proxy has no share, and the clients it names have theirs`() throws {
        var table = ConnectionTable<Int>(capacity: 24)
        let client = try Self.network(1)
        for id in 0..<20 {
            #expect(table.open(id, from: nil) == .admitted(closing: []))
            #expect(table.name(client, of: id) == (id < 3), "\(id)")
        }
        #expect(table.count == 3)
        table.close(1)
        let begun = (0..<3).map { _ in table.begin(client) }
        #expect(begun == [true, false, false])
        table.end(client)
        let again = table.begin(client)
        #expect(again)
    }

    @Test func `Nothing is counted twice or left behind`() throws {
        var table = ConnectionTable<Int>(capacity: 48)
        var random = SystemRandomNumberGenerator()
        for id in 0..<20_000 {
            _ = try table.open(id, from: id % 7 == 0 ? nil : Self.network(id % 50))
            if id % 7 == 0 { _ = try table.name(Self.network(id % 50), of: id) }
            let any = Int.random(in: max(0, id - 60)...id, using: &random)
            table.move(any, to: ConnectionTable<Int>.Phase.allCases.randomElement(using: &random) ?? .busy)
            if id % 3 == 0 { table.close(any) }
            #expect(table.count <= 48)
        }
        for id in 0..<20_000 { table.close(id) }
        #expect(table.count == 0 && !table.isCrowded)
        for id in 0..<6 { #expect(try table.open(id, from: Self.network(1)) == .admitted(closing: [])) }
    }

    @Test(arguments: [
        (ConnectionBudget.descriptors, 768, 64), (100_000, 768, 64), (1_024, 768, 64), (512, 280, 40), (256, 56, 8), (64, 28, 4),
    ])
    func `All listeners together fit under the limit of descriptors`(descriptors: Int, visitors: Int, staff: Int) {
        let budget = ConnectionBudget(descriptors: descriptors)
        #expect(budget.visitors == visitors && budget.staff == staff)
    }
}
