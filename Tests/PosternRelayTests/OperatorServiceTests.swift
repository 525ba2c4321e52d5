import PosternCore
import PosternRelay
import PosternSQLite
import PosternStore
import Testing

@Suite("The control socket refuses what cannot be done")
struct OperatorServiceTests {
    @Test(
        arguments: [
            (Int64.max, false), (315_360_001, false), (0, false), (.min, false), (1, true), (315_360_000, true), (nil, true),
        ] as [(Int64?, Bool)])
    func `A block lasts from a second to ten years, or until it is removed`(seconds: Int64?, isTaken: Bool) async throws {
        let store = try await SQLiteDatabase.inMemory(at: RelayFixture.now)
        let origin = try #require(WebOrigin("https://contact.example.org"))
        let service = OperatorService(
            store: store, publicURL: origin, now: { RelayFixture.now }, wake: {}, blocks: nil, inspection: nil,
            backup: { _ in throw Unasked() })
        let answer = try await service.answer(
            .addBlock(.init(mark: .domain("spam.example"), effect: "hold", reason: "spam", lasts: seconds)))
        if case .blocks = answer { #expect(isTaken) } else { #expect(!isTaken, "\(answer)") }
    }

    private struct Unasked: Error {}
}
