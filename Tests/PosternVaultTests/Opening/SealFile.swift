import Foundation
import PosternCore
import PosternSealing
import PosternTestSupport
import PosternVault
import Testing

/// A seal as a file: where it claims to belong, its bytes, and what opening it there must give. The name of the file says what
/// was done to it. Every file is sealed to the keys of `SealFile.ring`, which are not secret.
struct SealFile: Sendable, CustomTestStringConvertible {
    enum Expectation: Equatable, Sendable {
        case opens(String)
        case fails(SealFault)
    }

    let name: String
    let expectation: Expectation
    let purpose: SealPurpose
    let context: SealContext
    let seal: [UInt8]

    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Seals")

    static func all() throws -> [SealFile] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".seal") }.sorted().map { name in
            try SealFile(name: name, text: String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
        }
    }

    /// The keys that the files are sealed to: fixed, so that a file made once opens for ever.
    static func ring(in temporary: TemporaryFolder) throws -> KeyRing {
        let keys = KeyFolder(path: temporary.path("keys"))
        try keys.create()
        for key in [try addressKey(), try letterKey(), try authorisationKey()] { try keys.add(key) }
        return try KeyRing(folder: keys)
    }

    static func addressKey() throws -> HeldKey {
        HeldKey(try VaultKey(.opening(.address), suite: .xWing, epoch: nil, secret: secret(1)))
    }
    static func letterKey() throws -> HeldKey {
        HeldKey(try VaultKey(.opening(.letter), suite: .x25519, epoch: Epoch(day: 20_781), secret: secret(2)))
    }
    private static func authorisationKey() throws -> HeldKey {
        HeldKey(try VaultKey(.authorisation, suite: .x25519, epoch: nil, secret: secret(3)))
    }
    static func secret(_ byte: UInt8) -> SecretBytes { SecretBytes([UInt8](repeating: byte, count: 32)) }
}

extension SealFile {
    init(name: String, text: String) throws {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[String(parts[0])] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
        func field(_ key: String) throws -> String { try #require(fields[key], "\(name) lacks \(key)") }
        self.name = name
        let expect = try field("expect")
        if let fault = SealFault(rawValue: expect) {
            expectation = .fails(fault)
        } else {
            #expect(expect == "opens", "\(name): no class of failure: \(expect)")
            expectation = .opens(try field("content"))
        }
        purpose = try #require(SealPurpose(name: try field("purpose")))
        let site = try SiteID(try field("site"))
        let recipient = try #require(RecipientID(try field("recipient")))
        switch purpose {
        case .address: context = .address(of: recipient, at: site, version: try #require(Int32(try field("version"))))
        case .letter:
            // The first files have no handle: their format did not cover it.
            context = .letter(
                try #require(LetterID(try field("letter"))), to: recipient, try Handle(fields["handle"] ?? "pat"), at: site)
        case .evidence: context = .evidence(of: try #require(LetterID(try field("letter"))), at: site)
        case .report:
            context = .report(
                try #require(ReportID(try field("report"))), of: try #require(LetterID(try field("letter"))), to: recipient,
                try Handle(try field("handle")), at: site)
        }
        seal = Array(try #require(Data(base64Encoded: try field("seal"))))
    }
}
