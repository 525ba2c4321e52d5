import Foundation
import PosternProof
import PosternTestSupport
import Testing

@Suite("The search finds every needle, wherever it stands and however it comes in pieces")
struct SearchTests {
    @Test func `It agrees with a search for one needle after another`() {
        var randomness = SeededRandomness(seed: 11)
        let needles = (0..<60).map { index in
            // Only two letters, so that there are overlaps, common beginnings and near misses.
            Needle(
                canary: index, form: .plain,
                bytes: (0..<Int.random(in: 8...14, using: &randomness)).map { _ in UInt8.random(in: 97...98, using: &randomness) }
            )
        }
        let search = NeedleSearch(needles)
        let hay = (0..<6_000).map { _ in UInt8.random(in: 97...98, using: &randomness) }
        var found: Set<[Int]> = []
        search.search(hay) { found.insert([$0, search.needles[$1].canary]) }
        var expected: Set<[Int]> = []
        for needle in search.needles {
            for offset in 0...(hay.count - needle.bytes.count)
            where hay[offset..<(offset + needle.bytes.count)].elementsEqual(needle.bytes) {
                expected.insert([offset, needle.canary])
            }
        }
        #expect(found == expected && !expected.isEmpty)
    }

    @Test(arguments: [1, 2, 7, 8, 9, 64, 1_000])
    func `A needle across a border is found once, at its offset in the whole`(size: Int) {
        let search = NeedleSearch([Needle(canary: 1, form: .plain, bytes: Array("needle-in-hay".utf8))])
        var hay = [UInt8](repeating: UInt8(ascii: "n"), count: 500)
        for offset in [0, 90, 103, 250, 487] { hay.replaceSubrange(offset..<(offset + 13), with: Array("needle-in-hay".utf8)) }
        var stream = StreamSearch(search)
        for start in stride(from: 0, to: hay.count, by: size) { stream.take(Array(hay[start..<min(start + size, hay.count)])) }
        #expect(stream.hits.map(\.offset) == [0, 90, 103, 250, 487])
        #expect(stream.length == hay.count)
    }

    @Test(arguments: [0, 1, 4_089, 4_095, 4_096, 9_001])
    func `A needle between pages of zeros is found, wherever it begins`(offset: Int) {
        let search = NeedleSearch([Needle(canary: 1, form: .binary, bytes: [0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, 117])])
        var hay = [UInt8](repeating: 0, count: 20_000)
        hay.replaceSubrange(offset + 4..<offset + 10, with: [0xFF, 0xFF, 203, 0, 113, 117])
        var found: [Int] = []
        search.search(hay) { place, _ in found.append(place) }
        #expect(found == [offset])
    }

    @Test func `Nothing is found across a jump`() {
        let search = NeedleSearch([Needle(canary: 1, form: .plain, bytes: Array("needle-in-hay".utf8))])
        var stream = StreamSearch(search)
        stream.take(Array("needle-".utf8))
        stream.jump(to: 4_096)
        stream.take(Array("in-hay needle-in-hay".utf8))
        #expect(stream.hits.map(\.offset) == [4_103])
    }

    @Test(.enabled(if: geteuid() == 0))
    func `A canary in another process's memory is found, and one that it never had is not`() throws {
        var randomness = SystemRandomNumberGenerator()
        let flock = CanaryFlock(recipients: 2, letters: 0, using: &randomness)
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let (input, output) = (Pipe(), Pipe())
        // It reads a line, keeps it, says so, and waits for another line that never comes.
        holder.arguments = ["sh", "-c", "read kept; echo kept; read more"]
        (holder.standardInput, holder.standardOutput) = (input, output)
        try holder.run()
        defer { holder.terminate() }
        input.fileHandleForWriting.write(Data("\(flock.recipients[0].text)\n".utf8))
        #expect(output.fileHandleForReading.availableData == Data("kept\n".utf8))
        let watch = CanaryWatch(flock.all)
        let searched = try watch.look(at: Place(.memory, "a helper"), memory: ProcessMemory(pid: holder.processIdentifier))
        #expect(searched.bytes > 100_000)
        #expect(searched.findings.contains { $0.canary == 1 && $0.form == "plain" })
        #expect(!searched.findings.contains { $0.canary == 2 })
    }

    @Test func `A process that does not exist and a file that cannot be read are reported as unreadable`() {
        let watch = CanaryWatch([FormTests.plainAddress])
        #expect(throws: UnreadablePlace.self) {
            try watch.look(at: Place(.memory, "nobody"), memory: ProcessMemory(pid: 4_194_305))
        }
        #expect(throws: UnreadablePlace.self) { try watch.look(at: Place(.file, "nothing"), file: "/nonexistent") }
    }
}
