private import Foundation
internal import PosternProof

extension LeakDrive {
    /// Asks for every page in every language, every path that programs use, paths that do not exist, and every staff page.
    func browse() async throws {
        let visitors = installation.visitors
        var round = 0
        func client() -> String {
            round += 1
            return flock.clients[round % flock.clients.count].text
        }
        for language in ["en", "de", "fr", "ar", "xx"] {
            for path in [
                "/c/photos/r1", "/c/photos/r1/sent", "/c/photos/r2", "/c/photos/nobody", "/privacy/photos", "/privacy/none",
                "/nothing",
            ] {
                try await visitors.get("\(path)?lang=\(language)", from: client())
            }
        }
        for path in [
            "/live", "/ready", "/api/v1/openapi.json", "/privacy/photos.json", "/privacy/none.json", "/assets/0/postern.css",
            "/look/1f5f8b.css", "/look/logo/photos/0", "/confirm/photos/r3/no-such-token", "/api/v1/nothing", "/%zz", "//",
            "/c/photos",
        ] {
            for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"] {
                _ = try await visitors.send(.init(method: method, path: path, client: client()))
            }
        }
        try await misspell(client())

        for path in [
            "/", "/metrics", "/demo/mailbox", "/demo/mailbox/1", "/demo/mailbox/1/raw", "/assets/0/postern.css", "/nothing",
        ] {
            for method in ["GET", "POST"] {
                _ = try await installation.staff.send(.init(method: method, path: path, client: client()))
            }
        }
        let metrics = try await installation.staff.get("/metrics")
        guard metrics.text.contains("postern_") else { throw DriveFault("there are no metrics") }
        try await lookAsStaff()
    }

    /// The recipient whose address visitors write into paths: the relay learns this one from outside, not from the vault.
    var misspelled: Set<Int> { [flock.recipients[8].number] }

    /// Puts values where they do not belong: into paths, queries and header fields that proxies write.
    private func misspell(_ client: String) async throws {
        let (visitors, writer, recipient) = (installation.visitors, writer(0), flock.recipients[8])
        func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
        try await visitors.get("/c/photos/r1?about=\(encoded(writer.text.text))", from: client, returned: writer.typed)
        for path in ["/c/photos/", "/c/", "/privacy/", "/confirm/photos/r3/", "/api/v1/sites/photos/recipients/", "/"] {
            for (secret, number) in [
                (writer.visitor.text, writer.visitor.number), (writer.text.text, writer.text.number),
                (recipient.stored, recipient.number), (writer.client.text, writer.client.number),
            ] {
                // The form of the first posts to the address it was asked for, and the others lead to the usual spelling of it.
                let isReturned = ["/confirm/", "/c/photos/", "/privacy/"].contains { path.hasPrefix($0) }
                try await visitors.get(path + encoded(secret), from: client, returned: isReturned ? [number] : [])
            }
        }
        for (name, value) in [
            ("X-Forwarded-For", "\(writer.client.text), nonsense"), ("X-Forwarded-For", "unknown, \"\(writer.client.text)\""),
            ("Forwarded", "for=\"[\(writer.client.text)]:99\";by=x"), ("Forwarded", "for=\(writer.client.text)"),
            ("X-Real-IP", writer.client.text), ("User-Agent", "browser of \(writer.visitor.text)"),
            ("Referer", "https://photos.example/?from=\(encoded(writer.visitor.text))"), ("Cookie", "who=\(writer.visitor.text)"),
            ("Accept-Language", writer.text.text), ("Origin", "https://\(writer.visitor.text)"), ("Expect", writer.visitor.text),
        ] {
            _ = try await visitors.send(.init(path: "/c/photos/r1", headers: [(name, value)]))
            _ = try await visitors.send(
                .init(
                    method: "POST", path: "/api/v1/sites/photos/recipients/r1/letters",
                    headers: [(name, value), ("Content-Type", "application/json")], body: Array("{}".utf8)))
        }
        // Bytes that are no HTTP, and a head that is too long.
        _ = try await visitors.send(.init(method: "G E T \(writer.visitor.text)", path: "/"))
        _ = try await visitors.send(
            .init(path: "/", headers: [("X-Long", String(repeating: "\(writer.visitor.text) ", count: 2_000))]))
    }
}
