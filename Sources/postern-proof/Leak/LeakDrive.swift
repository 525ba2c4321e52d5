private import Foundation
internal import PosternProof

/// What visitors, operators and programs do to a scratch installation, with canaries in place of real values.
struct LeakDrive: Sendable {
    let flock: CanaryFlock
    let installation: ScratchInstallation

    /// One visitor: address, client address and text.
    struct Writer: Sendable {
        let visitor: Canary
        let client: Canary
        let text: Canary

        var fields: [String: String] {
            [
                "name": "Vera \(text.text)", "email": visitor.text, "subject": text.text,
                "message": "Dear Pat,\n\n\(text.text). I like it.\n\nVera",
            ]
        }

        /// What a page may show this visitor again.
        var typed: Set<Int> { [visitor.number, text.number] }
    }

    func writer(_ index: Int) -> Writer {
        Writer(visitor: flock.visitors[index], client: flock.clients[index], text: flock.texts[index])
    }

    /// Adds recipients as an operator does: most from a file with a few wrong rows, some by hand.
    func enrol() async throws {
        let rows = flock.recipients.enumerated().dropFirst(4).map { "r\($0),Recipient \($0),\($1.text)" }
        let (one, two) = (flock.recipients[4], flock.recipients[5])
        let wrong = [
            "\(one.text),In the wrong column,\(two.text)", "rx,No address,not-\(one.text)@", "r4,Twice,\(one.text)",
            "ry,\"unfinished \(two.text)",
        ]
        let path = "\(installation.folder.path)/people.csv"
        let lines = ["handle,name,email"] + rows + wrong
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(lines.joined(separator: "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw DriveFault("\(path) cannot be written") }
        let rejects = "\(installation.folder.path)/rejects.csv"
        try await installation.succeed([
            "recipient", "import", path, "--site", "photos", "--confirmed", "--rejects", rejects,
        ])
        // The operator's own file, and what it could not take of that, are the one place where addresses are readable. The guide says
        // to delete both.
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.removeItem(atPath: rejects)

        func add(_ handle: String, _ more: [String]) -> [String] {
            ["recipient", "add", handle, "--site", "photos", "--name", "Pat"] + more
        }
        for index in 0..<3 {
            try await installation.succeed(add("r\(index)", ["--confirmed"]), input: flock.recipients[index].text + "\n")
        }
        // Not confirmed: asked by mail first.
        try await installation.succeed(add("r3", []), input: flock.recipients[3].text + "\n")
        try await installation.succeed(add("r1", ["--confirmed", "--replace"]), input: flock.recipients[1].text + "\n")
        try await installation.fail(add("r2", ["--confirmed"]), input: flock.recipients[2].text + "\n")
        for wrong in [
            "\(one.text)@", "<\(one.text)> <\(two.text)>", "\(one.text) \(two.text)", "\"\(one.text)\"@x.example",
            "\(one.text), \(two.text)",
        ] {
            try await installation.fail(add("new", ["--confirmed"]), input: wrong + "\n")
        }
        try await installation.fail(["recipient", "import", "\(installation.folder.path)/none.csv", "--site", "photos"])
    }

    /// What works without a running service: wrong settings and wrong commands.
    func misconfigure() async throws {
        try await installation.fail(
            ["serve"], with: ["POSTERN_LIMIT_CLIENT": "many", "POSTERN_MAIL_FROM": "nobody", "POSTERN_OTHER": "1"])
        try await installation.fail(["frobnicate"])
        try await installation.fail(["queue", "list", "--state", "lost"])
    }
}
