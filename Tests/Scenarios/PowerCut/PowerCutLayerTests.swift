import Foundation
import PosternTestSupport
import Testing

/// What the power-cut layer does to a program of a few lines. If it were too lenient, the scenarios that use it would prove
/// nothing.
@Suite("The power-cut layer drops what was not synced, and nothing else", .timeLimit(.minutes(40)))
struct PowerCutLayerTests {
    /// A program, and what is left when only synced data reached the disk: name → content.
    struct Toy: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let program: String
        let left: [String: String]
        /// The same with a journal, where that differs.
        var leftByJournal: [String: String]?

        static let table = [
            Toy(
                testDescription: "never synced", program: "f = make('a'); put(f, 'x')", left: [:]),
            Toy(
                testDescription: "file synced, folder not", program: "f = make('a'); put(f, 'x'); os.fsync(f)", left: [:],
                leftByJournal: ["a": "x"]),
            Toy(
                testDescription: "folder synced, file not", program: "f = make('a'); put(f, 'x'); folder()", left: ["a": ""]),
            Toy(
                testDescription: "both synced", program: "f = make('a'); put(f, 'x'); os.fsync(f); folder()", left: ["a": "x"]),
            Toy(
                testDescription: "written again after the sync",
                program: "f = make('a'); put(f, 'old'); os.fsync(f); folder(); os.pwrite(f, b'new', 0)", left: ["a": "old"]),
            Toy(
                testDescription: "fdatasync counts", program: "f = make('a'); folder(); put(f, 'x'); os.fdatasync(f)",
                left: ["a": "x"]),
            Toy(
                testDescription: "cut short after the sync",
                program: "f = make('a'); put(f, 'long'); os.fsync(f); folder(); os.ftruncate(f, 1)", left: ["a": "long"]),
            Toy(
                testDescription: "emptied by opening it",
                program: "f = make('a'); put(f, 'long'); os.fsync(f); folder(); os.open(p('a'), os.O_WRONLY | os.O_TRUNC)",
                left: ["a": "long"]),
            Toy(
                testDescription: "renamed over another, folder not synced",
                program: """
                    f = make('a'); put(f, 'old'); os.fsync(f); folder()
                    g = make('b'); put(g, 'new'); os.fsync(g); os.rename(p('b'), p('a'))
                    """, left: ["a": "old"], leftByJournal: ["a": "old", "b": "new"]),
            Toy(
                testDescription: "renamed over another, folder synced",
                program: """
                    f = make('a'); put(f, 'old'); os.fsync(f); folder()
                    g = make('b'); put(g, 'new'); os.fsync(g); os.rename(p('b'), p('a')); folder()
                    """, left: ["a": "new"]),
            Toy(
                testDescription: "renamed before its content was synced",
                program: "f = make('b'); put(f, 'x'); os.rename(p('b'), p('a')); folder()", left: ["a": ""]),
            Toy(
                testDescription: "removed, folder not synced",
                program: "f = make('a'); put(f, 'x'); os.fsync(f); folder(); os.unlink(p('a'))", left: ["a": "x"]),
            Toy(
                testDescription: "removed, folder synced",
                program: "f = make('a'); put(f, 'x'); os.fsync(f); folder(); os.unlink(p('a')); folder()", left: [:]),
            Toy(
                testDescription: "a second name",
                program:
                    "f = make('a'); put(f, 'x'); os.fsync(f); folder(); os.link(p('a'), p('b')); folder(); os.unlink(p('a'))",
                left: ["a": "x", "b": "x"]),
            Toy(
                testDescription: "in a folder whose own name was not synced",
                program: "os.mkdir(p('d')); f = make('d/a'); put(f, 'x'); os.fsync(f); folder('d')", left: [:],
                leftByJournal: ["d/a": "x"]),
            Toy(
                testDescription: "in a folder whose own name was",
                program: "os.mkdir(p('d')); folder(); f = make('d/a'); put(f, 'x'); os.fsync(f); folder('d')", left: ["d/a": "x"]),
            Toy(
                testDescription: "several pieces at once",
                program: "f = make('a'); folder(); os.writev(f, [b'x', b'y']); os.fsync(f)",
                left: ["a": "xy"]),
            Toy(
                testDescription: "appended",
                program:
                    "f = os.open(p('a'), os.O_WRONLY | os.O_CREAT | os.O_APPEND); put(f, 'x'); put(f, 'y'); os.fsync(f); folder()",
                left: ["a": "xy"]),
        ]
    }

    @Test(arguments: Toy.table)
    func `Only synced data is left: content by file, and names by folder`(toy: Toy) async throws {
        #expect(try await left(of: toy.program, .nothingGotOut) == toy.left)
        #expect(try await left(of: toy.program, .nothingGotOut, names: .journalled) == toy.leftByJournal ?? toy.left)
    }

    @Test(arguments: Toy.table)
    func `When everything reached the disk, it has what the program wrote`(toy: Toy) async throws {
        let layer = try await PowerCutLayer()
        try await run(toy.program, in: layer)
        let real = try content(of: layer.root)
        var randomness = SeededRandomness(seed: 1)
        try layer.cut(.allGotOut, using: &randomness)
        #expect(try content(of: layer.root) == real)
    }

    @Test func `A disk that lies loses what was synced`() async throws {
        let program = "f = make('a'); put(f, 'x'); os.fsync(f); folder()"
        #expect(try await left(of: program, .nothingGotOut, isHonest: false) == [:])
    }

    @Test func `Data that was not synced is torn at sectors: some new, some old`() async throws {
        let program = "f = make('a'); put(f, 'o' * 8192); os.fsync(f); folder(); os.pwrite(f, b'n' * 8192, 0)"
        var mixed = 0
        for seed in 0..<30 {
            let text = try #require(try await left(of: program, .someGotOut, seed: UInt64(seed))["a"])
            #expect(text.count == 8_192)
            let sectors = stride(from: 0, to: 8_192, by: 512).map { Set(text.dropFirst($0).prefix(512)) }
            #expect(sectors.allSatisfy { $0.count == 1 })
            if Set(sectors).count == 2 { mixed += 1 }
        }
        #expect(mixed > 15)
    }

    @Test func `After a failed sync the next one writes nothing, until the page is written again`() async throws {
        let start = "f = make('a'); put(f, 'old'); os.fsync(f); folder(); os.pwrite(f, b'new', 0)"
        let failing = "\nfault('sync', 'disk/a')\ntry: os.fsync(f)\nexcept OSError as e: assert e.errno == 5\nfault('sync')"
        #expect(try await left(of: start + failing + "\nos.fsync(f)", .nothingGotOut) == ["a": "old"])
        #expect(try await left(of: start + failing, .allGotOut) == ["a": "old"])
        #expect(
            try await left(of: start + failing + "\nos.pwrite(f, b'!', 3)\nos.fsync(f)", .nothingGotOut) == ["a": "new!"])
    }

    @Test func `A full disk takes no octet`() async throws {
        let program = """
            f = make('a'); folder(); fault('full', '')
            try: put(f, 'x'); assert False
            except OSError as e: assert e.errno == 28
            fault('full'); put(f, 'y'); os.fsync(f)
            """
        #expect(try await left(of: program, .nothingGotOut) == ["a": "y"])
    }

    @Test func `Writing through a mapping cannot be followed, and is reported`() async throws {
        let layer = try await PowerCutLayer()
        try await run(
            "import mmap; f = os.open(p('a'), os.O_RDWR | os.O_CREAT); os.ftruncate(f, 4096); mmap.mmap(f, 4096)", in: layer)
        var randomness = SeededRandomness(seed: 1)
        #expect(throws: Failure.self) { try layer.cut(.allGotOut, using: &randomness) }
    }

    private func left(
        of program: String, _ fate: PowerCutDisk.Fate, names: PowerCutDisk.Names = .byFolder, isHonest: Bool = true,
        seed: UInt64 = 1
    ) async throws -> [String: String] {
        let layer = try await PowerCutLayer(names: names, isHonest: isHonest)
        try await run(program, in: layer)
        var randomness = SeededRandomness(seed: seed)
        try layer.cut(fate, using: &randomness)
        return try content(of: layer.root)
    }

    private func run(_ program: String, in layer: PowerCutLayer) async throws {
        let head = """
            import os, struct
            def p(name): return os.environ['POWERCUT_HOME'] + '/' + name
            def make(name): return os.open(p(name), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            def put(f, text): os.write(f, text.encode())
            def folder(name=''): os.fsync(os.open(p(name), os.O_RDONLY | os.O_DIRECTORY))
            def fault(name, text=None):
                full = 1 if (name, text) == ('full', '') else 0
                sync = (text or '') if name == 'sync' else ''
                with open(os.environ['POWERCUT_FAULTS'], 'r+b') as file:
                    file.write(struct.pack('<qi244s', -1, full, sync.encode()))

            """
        let finished = try await Program.run("python3", ["-c", head + program], environment: layer.environment)
        try #require(finished.status == 0, "\(finished.errors)")
    }

    /// Path → content.
    private func content(of folder: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            var status = stat()
            guard stat("\(folder)/\(path)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            found[path] = String(decoding: FileManager.default.contents(atPath: "\(folder)/\(path)") ?? Data(), as: UTF8.self)
        }
        return found
    }
}
