import Foundation
import Synchronization

/// Certificates for TLS tests, made with the `openssl` command in a folder of their own: good ones for localhost and
/// 127.0.0.1, and one for each way a certificate can be wrong.
package struct TestCertificates: Sendable {
    /// Paths of PEM files.
    package struct Pair: Sendable {
        package let certificate: String
        package let key: String
    }

    /// The authority that a client is to trust.
    package let authority: String
    package let good: Pair
    /// For mail.example, which no test connects to.
    package let wrongName: Pair
    package let expired: Pair
    package let notYetValid: Pair
    /// As good as the good one, but signed by somebody else.
    package let unknownAuthority: Pair
    private let folder: URL

    /// Made once per process, since openssl takes its time.
    package static func shared() async throws -> TestCertificates { try await made.value }

    // A task, since a static value cannot await anything. All callers wait for the same one.
    private static let made = Task { try await make() }

    /// Removed when the process ends.
    private static let leftovers = Mutex<URL?>(nil)

    private static func make() async throws -> TestCertificates {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-certificates-\(UUID().uuidString)")
        leftovers.withLock { $0 = folder }
        atexit { TestCertificates.leftovers.withLock { $0.map { try? FileManager.default.removeItem(at: $0) } } }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let maker = CertificateMaker(folder: folder)
        let local = "DNS:localhost,IP:127.0.0.1"
        try await maker.create("authority")
        try await maker.create("stranger")
        let (past, present, later) = ("20200101000000Z", "20240101000000Z", "20990101000000Z")
        return TestCertificates(
            authority: maker.path("authority.pem"),
            good: try await maker.issue("good", by: "authority", for: local, from: present, until: later),
            wrongName: try await maker.issue("wrong", by: "authority", for: "DNS:mail.example", from: present, until: later),
            expired: try await maker.issue("expired", by: "authority", for: local, from: past, until: present),
            notYetValid: try await maker.issue("early", by: "authority", for: local, from: "20980101000000Z", until: later),
            unknownAuthority: try await maker.issue("strange", by: "stranger", for: local, from: present, until: later),
            folder: folder)
    }

    /// The path of a file beside them, for a test to write to.
    package func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// Runs `openssl` in a folder.
private struct CertificateMaker {
    let folder: URL

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Makes an authority of that name.
    func create(_ name: String) async throws {
        try await openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
            "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
        ])
        try write("", to: "\(name).index")
        try write("01\n", to: "\(name).serial")
        // `openssl x509 -req` of 3.0 knows no start and end dates; `openssl ca` does.
        try write(
            """
            [ca]
            default_ca = authority
            [authority]
            database = \(path("\(name).index"))
            serial = \(path("\(name).serial"))
            new_certs_dir = \(folder.path)
            certificate = \(path("\(name).pem"))
            private_key = \(path("\(name).key"))
            default_md = sha256
            policy = any
            unique_subject = no
            [any]
            commonName = supplied
            """, to: "\(name).conf")
    }

    func issue(
        _ name: String, by authority: String, for names: String, from: String, until: String
    ) async throws -> TestCertificates.Pair {
        try write("subjectAltName=\(names)\n", to: "\(name).ext")
        try await openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", path("\(name).key"), "-out", path("\(name).csr"),
        ])
        try await openssl([
            "ca", "-batch", "-notext", "-config", path("\(authority).conf"), "-extfile", path("\(name).ext"),
            "-startdate", from, "-enddate", until, "-in", path("\(name).csr"), "-out", path("\(name).pem"),
        ])
        return TestCertificates.Pair(certificate: path("\(name).pem"), key: path("\(name).key"))
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    private func openssl(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let status: Int32 = try await withCheckedThrowingContinuation { finished in
            process.terminationHandler = { finished.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                finished.resume(throwing: error)
            }
        }
        guard status == 0 else { throw CertificateFailure(command: arguments.first ?? "", status: status) }
    }
}

/// `openssl` did not do what it was asked.
private struct CertificateFailure: Error {
    let command: String
    let status: Int32
}
