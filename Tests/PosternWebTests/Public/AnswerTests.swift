import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PosternCore
import PosternRelay
import PosternWeb
import Testing

/// What holds for every answer of the public listener.
struct AnswerTests {
    private struct Call: Sendable {
        let method: HTTPRequest.Method
        let path: String
        var fields: HTTPFields = [:]
        var body = ""
    }

    private static let calls: [Call] = [
        Call(method: .get, path: contactPath), Call(method: .head, path: contactPath),
        Call(method: .get, path: contactPath + "/sent"),
        Call(method: .get, path: "/nothing"), Call(method: .get, path: "/api/nothing"), Call(method: .get, path: "/"),
        Call(method: .get, path: "/robots.txt"), Call(method: .get, path: "/favicon.ico"),
        Call(method: .get, path: "/apple-touch-icon.png"), Call(method: .get, path: "/.well-known/security.txt"),
        Call(method: .get, path: "/c/photos/Pat"), Call(method: .options, path: contactPath),
        Call(method: .delete, path: contactPath), Call(method: .get, path: lettersPath),
        Call(method: .options, path: lettersPath),
        Call(method: .post, path: "/live", body: "x"), Call(method: .get, path: "/live"), Call(method: .get, path: "/ready"),
        Call(method: .post, path: contactPath, fields: .urlEncoded, body: "name=x"),
        Call(method: .post, path: contactPath, fields: [.contentType: "text/plain"], body: "x"),
        Call(
            method: .post, path: contactPath, fields: .urlEncoded, body: "name=V&email=v%40x.example&message=m"),
        Call(method: .post, path: lettersPath, fields: .json, body: "{}"),
        Call(method: .post, path: lettersPath, fields: .json, body: "{"),
        Call(method: .post, path: lettersPath, fields: .json, body: #"{"name":"V","email":"v@x.example","message":"m"}"#),
        Call(method: .get, path: "/assets/x/postern.css"), Call(method: .get, path: "/privacy/photos"),
        Call(method: .get, path: "/privacy/photos.json"), Call(method: .get, path: "/api/v1/openapi.json"),
    ]

    /// What is the same for everybody.
    private static let caching = [
        "/robots.txt": "public, max-age=3600", "/favicon.ico": "public, max-age=86400",
        "/apple-touch-icon.png": "public, max-age=86400",
    ]

    @Test func `Every answer has the security fields, no server name and no cookie`() async throws {
        try await withPublicListener(.validating) { client in
            for call in Self.calls {
                let answer = try await client.execute(
                    uri: call.path, method: call.method, headers: call.fields,
                    body: call.body.isEmpty ? nil : ByteBuffer(string: call.body)
                ) { $0 }
                let policy = try #require(answer.headers[.contentSecurityPolicy], "\(call.method) \(call.path)")
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe") || call.path.hasPrefix("/assets") || Self.caching[call.path] != nil)
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.referrerPolicy] == "no-referrer")
                #expect(answer.headers[.crossOriginOpenerPolicy] == "same-origin")
                #expect(answer.headers[.crossOriginEmbedderPolicy] == "require-corp")
                #expect(answer.headers[.crossOriginResourcePolicy] == "same-origin")
                #expect(answer.headers[.strictTransportSecurity] == "max-age=63072000")
                // The way back to the empty form must keep what was typed on it.
                let isForm = call.path == contactPath && answer.status == .ok
                let caching = call.path.hasPrefix("/assets") ? "no-cache" : isForm ? "private, no-cache" : Self.caching[call.path]
                #expect(answer.headers[.cacheControl] == caching ?? "no-store")
                #expect(answer.headers[.server] == nil && answer.headers[.setCookie] == nil)
                #expect(answer.headers[.date] != nil)
                #expect(answer.headers[values: .contentType].count <= 1)
            }
        }
    }

    @Test func `Browsers are told to insist on HTTPS only where there is HTTPS`() async throws {
        let plain = try configuration(publicURL: "http://127.0.0.1:8080")
        let answer = try await withPublicListener(.validating, plain) { try await $0.execute(uri: "/live", method: .get) { $0 } }
        #expect(answer.headers[.strictTransportSecurity] == nil)
    }

    @Test func `HEAD has the fields of GET and no body`() async throws {
        try await withPublicListener(.validating) { client in
            for path in [
                contactPath + "/sent", "/live", "/ready", "/nothing", "/assets/x/postern.css", "/", "/robots.txt", "/favicon.ico",
                "/apple-touch-icon.png", "/privacy/photos", "/confirm/photos/pat/x", "/.well-known/security.txt",
            ] {
                let get = try await client.execute(uri: path, method: .get) { $0 }
                let head = try await client.execute(uri: path, method: .head) { $0 }
                #expect(head.status == get.status)
                #expect(
                    head.headers[.contentLength] == get.headers[.contentLength]
                        && head.headers[.contentType] == get.headers[.contentType])
                #expect(head.body.readableBytes == 0 && get.body.readableBytes > 0)
            }
        }
    }

    @Test(arguments: [
        (contactPath, "GET, HEAD, OPTIONS, POST", "text/html; charset=utf-8"),
        (contactPath + "/sent", "GET, HEAD, OPTIONS", "text/html; charset=utf-8"),
        (lettersPath, "OPTIONS, POST", "application/problem+json"), ("/live", "GET, HEAD", "application/problem+json"),
    ])
    func `A method that is not allowed is answered with those that are`(path: String, allowed: String, type: String) async throws
    {
        let answer = try await withPublicListener(.validating) {
            try await $0.execute(uri: path, method: .put, body: ByteBuffer(string: "x")) { $0 }
        }
        #expect(answer.status == .methodNotAllowed)
        #expect(answer.headers[.allow] == allowed)
        #expect(answer.headers[.contentType] == type)
    }

    // Proxies ask a server that way whether it runs, and office programs before they open a link.
    @Test(arguments: [(contactPath, "GET, HEAD, OPTIONS, POST"), ("/", "GET, HEAD, OPTIONS")])
    func `OPTIONS says what a page can be asked`(path: String, allowed: String) async throws {
        let answer = try await withPublicListener(.validating) { try await $0.execute(uri: path, method: .options) { $0 } }
        #expect(answer.status == .noContent && answer.headers[.allow] == allowed && answer.body.readableBytes == 0)
        #expect(!answer.headers.contains { $0.name.canonicalName.hasPrefix("access-control") })
    }

    @Test func `A missing path is answered by a page for people and by a problem for programs`() async throws {
        try await withPublicListener(.validating) { client in
            let page = try await client.execute(uri: "/nothing?%3Cscript%3E", method: .get) { $0 }
            #expect(page.status == .notFound && page.text.contains("<h1>") && !page.text.contains("<script>"))
            let problem = try await client.execute(uri: "/api/v1/nothing", method: .get) { $0 }
            #expect(problem.status == .notFound)
            #expect(try problem.object()["type"] as? String == "/problems/not-found")
        }
    }

    @Test func `An asset is cached for ever under its version, and revalidated under another`() async throws {
        let asset = try #require(try Templates(folder: templatesFolder).assets["postern.css"])
        try await withPublicListener(.validating) { client in
            let page = try await client.execute(uri: contactPath, method: .get) { $0.text }
            #expect(page.contains("href=\"\(asset.path)\""))
            let file = try await client.execute(uri: asset.path, method: .get) { $0 }
            #expect(file.status == .ok && file.body == asset.content)
            #expect(file.headers[.contentType] == "text/css; charset=utf-8")
            #expect(file.headers[.cacheControl] == "public, max-age=31536000, immutable")
            let tag = try #require(file.headers[.eTag])
            for known in [tag, "W/\(tag)", "\"x\", \(tag)"] {
                let again = try await client.execute(uri: asset.path, method: .get, headers: [.ifNoneMatch: known]) { $0 }
                #expect(again.status == .notModified && again.body.readableBytes == 0)
            }
            let old = try await client.execute(uri: "/assets/0/postern.css", method: .get, headers: [.ifNoneMatch: "\"0\""]) {
                $0
            }
            #expect(old.status == .ok && old.headers[.cacheControl] == "no-cache")
            #expect(try await client.execute(uri: "/assets/0/../../Package.swift", method: .get) { $0.status } == .notFound)
        }
    }
}
