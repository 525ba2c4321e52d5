import Foundation
import PosternTestSupport
import Synchronization

/// What was promised, recorded outside the service: the mark of every letter that got a 202.
final class Ledger: Sendable {
    private let promised = Mutex<[String: String]>([:])

    /// - Parameter id: the service's id of the letter.
    func note(_ mark: String, id: String) {
        promised.withLock { $0[mark] = id }
    }

    /// Mark → the service's id of the letter.
    var all: [String: String] { promised.withLock { $0 } }
    var marks: Set<String> { promised.withLock { Set($0.keys) } }
    var count: Int { promised.withLock { $0.count } }
}

/// What arrived, by the mark in its subject.
struct Arrivals {
    private let byMark: [String: [ServerMessage]]

    /// - Parameter messages: what the server accepted.
    init(_ messages: [ServerMessage]) {
        byMark = Dictionary(grouping: messages.filter { $0.isAccepted == true }) { $0.header("Subject") ?? "" }
    }

    var marks: Set<String> { Set(byMark.keys) }

    /// Letters that arrived more than once.
    var repeated: [[ServerMessage]] { byMark.values.filter { $0.count > 1 } }

    /// How many copies too many arrived.
    var duplicates: Int { repeated.reduce(0) { $0 + $1.count - 1 } }
}

extension ServerMessage {
    /// The first line of a header; nil when there is none. Enough for the short ASCII headers that tests look for.
    func header(_ name: String) -> String? {
        let text = String(decoding: octets, as: UTF8.self)
        let head = text.components(separatedBy: "\r\n\r\n").first ?? ""
        let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        return line.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

extension Installation {
    /// Posts letters, each with its own mark, from several clients at once until told to stop. Each 202 goes into the ledger. A
    /// letter that was refused, or whose answer was lost, is no promise.
    func load(_ ledger: Ledger, clients: Int, prefix: String, until isOver: @escaping @Sendable () -> Bool) async {
        await withTaskGroup { group in
            for client in 0..<clients {
                group.addTask {
                    var number = 0
                    while !isOver() {
                        number += 1
                        let mark = "\(prefix)-\(client)-\(number)"
                        if let answer = try? await self.post(["subject": mark]), answer.status == 202, let id = answer.id {
                            ledger.note(mark, id: id)
                        } else {
                            // The service is down: do not spin.
                            try? await pause(.milliseconds(5))
                        }
                    }
                }
            }
        }
    }

    /// Whether the accepted letters are the sum of all states.
    func isBalanced() async throws -> Bool {
        let text = try await succeed("queue", "count").output
        var total = 0
        var accepted = -1
        for line in text.split(separator: "\n").dropFirst() {
            let parts = line.split(separator: " ")
            guard let number = parts.last.flatMap({ Int($0) }) else { continue }
            if line.hasPrefix("accepted in all") { accepted = number } else { total += number }
        }
        return total == accepted
    }

    /// Waits until no letter waits. Deferred letters are tried again at once.
    func drained(within limit: Duration) async throws {
        try await eventually("the queue is empty", within: limit) {
            let counts = try await self.counts()
            let waiting = counts["ready", default: 0] + counts["leased", default: 0]
            if waiting > 0 { try await self.succeed("queue", "retry", "--all") }
            return waiting == 0
        }
    }
}
