import Foundation
import PosternTestSupport
import Testing

@Suite("Nothing is said before it is on disk", .serialized, .timeLimit(.minutes(40)))
struct AcceptedIsOnDiskTests {
    @Test func `Between the arrival of a letter and its 202 the relay completes a sync of the store (A1)`() async throws {
        let server = try await ScriptedSMTPServer.start()
        let postern = try await Installation(smtpPort: server.port)
        try await postern.addRecipient("pat", "pat@private.example")
        try await postern.start()
        let relay = try #require(postern.pid(of: .relay))
        let folder = try TemporaryFolder()
        let trace = folder.path("trace")
        let tracer = Serving()
        let calls = "trace=fsync,fdatasync,read,recvfrom,recvmsg,write,writev,sendto,sendmsg"
        try await tracer.start(
            "/usr/bin/strace", ["-f", "-s", "400", "-e", calls, "-o", trace, "-p", "\(relay)"], environment: [:],
            log: folder.path("strace.log"))
        // Attached as soon as the trace records anything of what we ask for.
        try await eventually("strace is attached", within: .seconds(60)) {
            _ = try await postern.get("/live")
            return ((try? FileManager.default.attributesOfItem(atPath: trace)[.size] as? NSNumber)?.intValue ?? 0) > 0
        }
        // One after the other: each must have a sync of its own between question and answer.
        for number in 0..<50 { #expect(try await postern.post(["subject": "n\(number)"]).status == 202) }
        // And at once: each answer comes after a sync that began after its letter was read.
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 { group.addTask { try await postern.post(["subject": "m\(number)"]).status } }
            for try await status in group { #expect(status == 202) }
        }
        try await postern.drained(within: .seconds(60))
        tracer.signal(SIGTERM)
        try await eventually("strace has ended") { !tracer.isRunning }

        let report = Trace(try String(contentsOfFile: trace, encoding: .utf8))
        #expect(report.answers == 150)
        #expect(report.unsynced == 0, "\(report.unsynced) answers without a completed sync")
        try await postern.stop()
        await server.stop()
    }
}

/// What a system-call trace says about syncs and answers.
///
/// A relay commits in groups. An answer is sound when some sync *completed* between the reading of that connection's
/// request and the writing of its answer.
private struct Trace {
    private(set) var answers = 0
    private(set) var unsynced = 0

    init(_ text: String) {
        var lastSync = -1
        var requests: [String: Int] = [:]
        // Thread → the descriptor of the call that another thread's line interrupted.
        var unfinished: [Substring: String] = [:]
        for (number, line) in text.split(separator: "\n").enumerated() {
            let thread = line.prefix { $0 != " " }
            let descriptor = line.contains(" resumed>") ? unfinished.removeValue(forKey: thread) : Self.descriptor(line)
            if line.contains("<unfinished") { unfinished[thread] = descriptor }
            if line.contains("fsync(") || line.contains("fdatasync(") || line.contains("fsync resumed")
                || line.contains("fdatasync resumed")
            {
                // A call that another thread interrupted in the trace is complete where it is resumed.
                if line.contains("= 0"), !line.contains("unfinished") { lastSync = number }
            } else if line.contains("POST /api/v1/"), let socket = descriptor {
                requests[socket] = number
            } else if line.contains("202 Accepted"), let socket = descriptor {
                answers += 1
                if let asked = requests.removeValue(forKey: socket), lastSync > asked { continue }
                unsynced += 1
            }
        }
    }

    /// The first argument of the call.
    private static func descriptor(_ line: Substring) -> String? {
        guard let open = line.firstIndex(of: "(") else { return nil }
        let digits = line[line.index(after: open)...].prefix { $0.isNumber }
        return digits.isEmpty ? nil : String(digits)
    }
}
