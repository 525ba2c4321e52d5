internal import Logging
private import NIOCore
internal import PosternCore
private import PosternHost
internal import PosternProof
internal import PosternWeb

/// A mail server that knows every recipient. It takes letters for some and refuses others with the address in the reply, as
/// real servers do, in a different form each time.
struct CanarySmarthost: Sendable {
    let letters: MailboxLetters
    private let recipients: [String: (index: Int, canary: Canary)]

    init(flock: CanaryFlock) {
        letters = MailboxLetters(limit: .max)
        recipients = Dictionary(
            flock.recipients.enumerated().map { ($1.stored, ($0, $1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the server does with a recipient's letters. Two of five take them.
    enum Treatment: Int {
        case takes, refuses, defers, takesToo, failsAtEnd
    }

    static func treatment(of index: Int) -> Treatment { Treatment(rawValue: index % 5) ?? .takes }

    func mailbox(_ onListening: @escaping @Sendable (Int) -> Void) throws -> DemoMailbox {
        try DemoMailbox(
            letters: letters, now: { .now }, logger: Logger(label: "self-test") { _ in SwiftLogNoOpLogHandler() },
            judge: { moment, envelope in judge(moment, envelope) }
        ) { address in
            if let port = address?.port { onListening(port) }
        }
    }

    private func judge(_ moment: MailboxDialogue.Moment, _ envelope: MailboxDialogue.Envelope) -> String? {
        switch moment {
        case .recipient(let path):
            guard let (index, canary) = recipients[path] else { return nil }
            return switch Self.treatment(of: index) {
            case .refuses: "550 5.1.1 <\(canary.stored)>: \(naming(canary, index)) is unknown here"
            case .defers: "451 4.2.1 try again later, \(naming(canary, index)) has no room"
            case .takes, .takesToo, .failsAtEnd: nil
            }
        case .letter:
            guard let path = envelope.recipients.first, let (index, canary) = recipients[path],
                Self.treatment(of: index) == .failsAtEnd
            else { return nil }
            return "554 5.7.1 not wanted by \(naming(canary, index)), says the server of \(canary.stored)"
        }
    }

    /// The address in one of the forms that fit into a reply line.
    private func naming(_ canary: Canary, _ index: Int) -> String {
        let texts = Form.allCases.flatMap { $0.needles(of: canary) }.filter { $0.allSatisfy { (0x20...0x7E).contains($0) } }
        return texts.isEmpty ? canary.stored : String(decoding: texts[index / 5 % texts.count], as: UTF8.self)
    }
}
