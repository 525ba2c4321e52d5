import Hummingbird
import HummingbirdTesting
import PosternRelay
import PosternWeb
import Testing

struct HealthTests {
    @Test func `Live says that it runs, ready what is in the way`() async throws {
        try await withPublicListener(.validating, readiness: FakeReadiness(value: Readiness([.vault, .store]))) { client in
            let live = try await client.execute(uri: "/live", method: .get) { $0 }
            #expect(live.status == .ok)
            #expect(try live.object()["status"] as? String == "live")
            let ready = try await client.execute(uri: "/ready", method: .get) { $0 }
            #expect(ready.status == .serviceUnavailable)
            let object = try ready.object()
            #expect(object["status"] as? String == "not ready")
            #expect(
                object["faults"] as? [[String: String]] == [
                    ["part": "store", "summary": "The store takes no letters."],
                    ["part": "vault", "summary": "The vault does not answer."],
                ])
        }
    }

    @Test func `Ready without a fault is 200`() async throws {
        let ready = try await withPublicListener(.validating) { try await $0.execute(uri: "/ready", method: .get) { $0 } }
        #expect(ready.status == .ok)
        #expect(try ready.object()["status"] as? String == "ready")
    }
}
