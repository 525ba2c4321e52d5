private import CUnix
private import Foundation
private import Glibc
package import PosternCore
private import Synchronization

/// A client whose post was refused, for a program that keeps such clients out by the machine's firewall.
///
/// The relay says it in a line of its output that the supervisor does not print: no address is in any log. A relay that was taken over
/// can have any client kept out so, and nothing else written.
package struct RefusedClient: Equatable, Sendable {
    package let client: ClientAddress
    package let rule: Verdict.Rule

    /// Refusals that say something about the client: the others are about a recipient, or about how a form was filled in.
    package static let rules: Set<Verdict.Rule> = [.limitClient, .block]

    private static let mark = "refused-client"

    /// - Returns: nil where the rule says nothing about the client.
    package init?(_ client: ClientAddress, _ rule: Verdict.Rule) {
        guard Self.rules.contains(rule) else { return nil }
        (self.client, self.rule) = (client, rule)
    }

    /// - Parameter line: of a process's output; nil for any other.
    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == Self.mark, let client = ClientAddress(text: String(words[1])),
            let rule = Verdict.Rule(rawValue: String(words[2]))
        else { return nil }
        self.init(client, rule)
    }

    /// Whether a line begins like one: even if it is none, it may have an address in it.
    package static func isMeant(by line: some StringProtocol) -> Bool { line.hasPrefix(mark) }

    package var line: String { "\(Self.mark) \(client.revealedText) \(rule.rawValue)" }
}

/// What fail2ban, or a program like it, reads: `POSTERN_BAN_FILE`. It has addresses in plain, so its owner alone can read it.
///
/// Each line is written to the file that has the name now: whatever rotates it needs to tell nobody.
package final class BanFile: Sendable {
    package enum Fault: Error, Equatable, CustomStringConvertible {
        case notOpened(String, reason: String)
        /// No file, a link, or one that others can read.
        case notPrivate(String)

        package var description: String {
            switch self {
            case .notOpened(let path, let reason): "cannot write \(path): \(reason)"
            case .notPrivate(let path):
                "\(path) is no file that only its owner can read; remove it, or set its owner to root and its mode to 0600"
            }
        }
    }

    private struct State {
        var second = Timestamp(milliseconds: 0)
        var lines = 0
    }

    private let path: String
    private let state = Mutex(State())
    /// More say nothing new, and would fill the disk.
    private static let mostLinesASecond = 50

    package init(path: String) {
        self.path = path
    }

    /// - Throws: `Fault`.
    package func add(_ refused: RefusedClient, at now: Timestamp) throws(Fault) {
        let second = Timestamp(milliseconds: now.milliseconds / 1_000 * 1_000)
        let isTooMany = state.withLock { state in
            if state.second != second { state = State(second: second) }
            state.lines += 1
            return state.lines > Self.mostLinesASecond
        }
        guard !isTooMany else { return }
        let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard file >= 0 else {
            throw errno == ELOOP ? Fault.notPrivate(path) : Fault.notOpened(path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & 0o077 == 0, facts.st_uid == geteuid()
        else { throw Fault.notPrivate(path) }
        let line = Array(
            "\(second.rfc3339) postern: refused client=\(refused.client.revealedText) rule=\(refused.rule.rawValue)\n".utf8)
        // One write of a short line is one line, no matter who else appends.
        guard write(file, line, line.count) == line.count else {
            throw Fault.notOpened(path, reason: String(cString: strerror(errno)))
        }
    }
}
