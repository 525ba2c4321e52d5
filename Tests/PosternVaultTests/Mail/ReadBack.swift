import Foundation
import PosternMail
import PosternVault

/// Mails as Python's parser reads them: a second opinion that shares no code with the composer.
enum ReadBack {
    struct Mailbox: Decodable, Equatable {
        let name: String
        let address: String
    }

    struct Mail: Decodable {
        let subject: String
        let from: Mailbox
        let to: Mailbox
        let replyTo: Mailbox?
        let date: String
        let types: [String]
        let plain: String
        let html: String
        let defects: [String]
    }

    struct ParserFailed: Error {
        let status: Int32
    }

    /// All mails in one run of the interpreter, since starting it costs more than reading a thousand mails.
    static func read(_ mails: [OutgoingMessage]) async throws -> [Mail] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-read-back-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (index, mail) in mails.enumerated() {
            try Data(mail.bytes).write(to: folder.appending(path: "\(index).eml"))
        }
        let answer = folder.appending(path: "answer.json")
        try Data().write(to: answer)

        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-I", MailSamples.folder.appending(path: "read_back.py").path, folder.path]
        // Of its own: Foundation reads the environment of the whole process at an unlucky moment, now and then.
        process.environment = ["LC_ALL": "C.UTF-8"]
        process.standardOutput = try FileHandle(forWritingTo: answer)
        let status = try await withCheckedThrowingContinuation { (finished: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { finished.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                finished.resume(throwing: error)
            }
        }
        guard status == 0 else { throw ParserFailed(status: status) }
        return try JSONDecoder().decode([Mail].self, from: Data(contentsOf: answer))
    }
}
