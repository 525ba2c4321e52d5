import Foundation
import Testing

@Suite("Arrows between modules point down only, and nothing the relay imports can open a seal")
struct ModuleTableTests {
    /// Which modules of ours each may import; `Sources/README.md` draws it.
    static let table: [String: Set<String>] = [
        "PosternCore": [],
        "PosternMail": ["PosternCore", "CCurl"],
        "PosternText": ["PosternCore"],
        "PosternSealing": ["PosternCore"],
        "PosternStore": ["PosternCore"],
        "PosternSQLite": ["PosternCore", "PosternStore", "CSQLite"],
        "PosternLink": ["PosternCore"],
        "PosternJournal": ["PosternCore"],
        "PosternVault": [
            "PosternCore", "PosternMail", "PosternText", "PosternSealing", "PosternLink", "PosternJournal", "CCurl",
        ],
        "PosternRelay": ["PosternCore", "PosternSealing", "PosternStore", "PosternLink"],
        "PosternWeb": ["PosternCore", "PosternMail", "PosternText", "PosternRelay"],
        "PosternImport": ["PosternCore"],
        "PosternProof": ["PosternCore"],
        "PosternHost": ["PosternCore", "PosternStore", "PosternSQLite", "CUnix"],
        "PosternDoctor": [
            "PosternCore", "PosternHost", "PosternText", "PosternMail", "PosternStore", "PosternLink", "PosternJournal",
            "PosternVault", "PosternRelay", "PosternWeb", "CUnix",
        ],
        "postern": [
            "PosternCore", "PosternHost", "PosternText", "PosternSealing", "PosternStore", "PosternLink", "PosternJournal",
            "PosternVault", "PosternRelay", "PosternWeb", "PosternImport", "PosternDoctor", "CUnix",
        ],
        "postern-proof": [
            "PosternCore", "PosternHost", "PosternStore", "PosternWeb", "PosternProof",
        ],
        "PosternTestSupport": ["PosternCore"],
    ]

    /// Single files that may import one module more. Web asks the vault for nothing: its listener closes unserved connections as the link does.
    static let exceptions: [String: Set<String>] = ["Application.swift": ["PosternLink"]]

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

    private static func files(of module: String) throws -> [URL] {
        let folder = sources.appendingPathComponent(module)
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.map { folder.appendingPathComponent($0) }
    }

    private static func imports(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place < 3, !line.hasPrefix("//") else { return nil }
            return words.last.map { String($0.prefix { $0 != "." }) }
        }
    }

    @Test(arguments: table.keys.sorted())
    func `Each module imports what the table allows`(module: String) throws {
        let ours = Set(Self.table.keys).union(["CCurl", "CUnix", "CSQLite"])
        let files = try Self.files(of: module)
        #expect(!files.isEmpty)
        for file in files {
            let wrong = Set(try Self.imports(of: file)).intersection(ours).subtracting(try #require(Self.table[module]))
                .subtracting(Self.exceptions[file.lastPathComponent] ?? []).subtracting([module])
            #expect(wrong.isEmpty, "\(file.lastPathComponent) imports \(wrong)")
        }
    }

    @Test func `The table has every module there is`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
        #expect(Set(folders).subtracting(["CCurl", "CUnix", "CSQLite", "README.md"]) == Set(Self.table.keys))
    }

    @Test func `No module below the vault calls what opens: HPKE.Recipient, AES.GCM.open, a private key`() throws {
        for module in Self.table.keys where !["PosternVault", "postern", "PosternTestSupport"].contains(module) {
            for file in try Self.files(of: module) {
                let text = try String(contentsOf: file, encoding: .utf8)
                // A conversation's summary is opened with the key that a link brings, a member's session with that of a cookie; both
                // are nowhere kept.
                let isSummary = ["SummaryKey.swift", "MemberSessionContent.swift"].contains(file.lastPathComponent)
                for word in ["HPKE.Recipient", "GCM.open", "PrivateKey", "ChaChaPoly.open"]
                where !(isSummary && word == "GCM.open") {
                    #expect(!text.contains(word), "\(module)/\(file.lastPathComponent) says \(word)")
                }
            }
        }
    }

    @Test func `Core does no I/O, reads no clock and draws no randomness of its own`() throws {
        for file in try Self.files(of: "PosternCore") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in ["SystemRandomNumberGenerator", "Date()", "FileManager", "ContinuousClock", "sleep(", "import Glibc"] {
                #expect(!text.contains(word), "\(file.lastPathComponent) says \(word)")
            }
        }
    }
}
