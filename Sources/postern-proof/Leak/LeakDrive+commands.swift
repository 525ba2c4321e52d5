private import Foundation
internal import PosternProof

extension LeakDrive {
    /// Adds blocks, by which letters that follow are held or refused, and pauses a recipient.
    func prepare() async throws {
        try await installation.succeed(["recipient", "pause", "r2", "--site", "photos"])
        try await installation.succeed(["block", "add", "--domain", "blocked.example", "--reason", "a trial"])
        try await installation.succeed(["block", "add", "--text", "buy this heron", "--refuse", "--reason", "a trial"])
        try await installation.succeed(["block", "add", "--prefix", "192.0.2.0/24", "--for", "1h", "--reason", "a trial"])
        // Whose letters come later, and are held.
        try await installation.succeed(
            ["block", "add", "--sender", "-", "--reason", "a trial"], input: writer(8).visitor.text + "\n")
        try await installation.succeed([
            "site", "set", "photos", "--origin", "https://photos.example", "--accent", "#1f5f8b", "--intro", "de=Schreiben Sie.",
        ])
    }

    /// Runs every command, with right and wrong arguments, as text and as JSON.
    func command(_ ids: [String]) async throws {
        for arguments in [
            ["recipient", "list", "--site", "photos", "--limit", "10000"], ["recipient", "show", "r1", "--site", "photos"],
            ["queue", "count"], ["queue", "list", "--limit", "10000"], ["queue", "list", "--held"],
            ["log", "list", "--limit", "10000"],
            ["log", "list", "--verdict", "refuse", "--since", "1h"], ["block", "list"], ["site", "list"], ["keys", "status"],
        ] + ids.prefix(12).flatMap({ [["queue", "show", $0], ["log", "show", $0]] }) {
            try await installation.succeed(arguments)
            try await installation.succeed(arguments + ["--json"])
        }
        let entries = try await installation.succeed(["log", "list", "--verdict", "hold", "--json"])
        guard entries.count > 10 else { throw DriveFault("no letter is held") }
        try await installation.succeed(["queue", "release", "--all"])
        try await installation.succeed(["queue", "retry", "--all"])
        try await installation.settle()
        try await installation.succeed(["recipient", "resume", "r2", "--site", "photos"])
        try await installation.succeed(["recipient", "pause", "r2", "--site", "photos"])

        for arguments in [
            ["recipient", "show", "nobody", "--site", "photos"], ["recipient", "list", "--site", "none"],
            ["recipient", "pause", "nobody", "--site", "photos"], ["queue", "show", "nothing"], ["queue", "drop", "nothing"],
            ["queue", "release", "0000000000000000000000000a"], ["log", "show", "nothing"], ["block", "remove", "999"],
            ["block", "add", "--prefix", "nonsense", "--reason", "x"], ["site", "add", "photos", "--name", "Again"],
            ["site", "set", "none", "--name", "x"], ["backup", "/nonexistent/backup.sqlite"], ["serve"],
            ["restore", "/nonexistent/backup.sqlite"],
        ] { try await installation.fail(arguments) }
        for path in [["--help"], ["help", "recipient"], ["--version"]] { _ = try await installation.command(path) }
    }

    /// Sends letters that the blocks of `prepare` hold and refuse.
    func block(_ index: Int) async throws {
        let writer = writer(index)
        let held = writer.fields.merging(["email": "\(writer.visitor.text.prefix { $0 != "@" })@blocked.example"]) { $1 }
        try await installation.visitors.send(try json(writer, to: "r8", fields: held), expecting: 202)
        let refused = writer.fields.merging(["message": "\(writer.text.text): buy this heron now"]) { $1 }
        try await installation.visitors.send(try json(writer, to: "r8", fields: refused), expecting: 403)
        try await installation.visitors.send(form(writer, to: "r8", fields: refused), expecting: 403)
        try await installation.visitors.send(
            form(writer, to: "r8", adding: ["homepage_url": "https://trap.example"]), expecting: 303)
    }

    /// Erases a recipient, holds and drops letters.
    func erase(_ ids: [String]) async throws {
        try await installation.succeed(["recipient", "erase", "r9", "--site", "photos", "--yes"])
        try await installation.fail(
            ["recipient", "add", "r9", "--site", "photos", "--name", "Pat"], input: flock.recipients[9].text + "\n")
        for id in ids.prefix(6) {
            _ = try await installation.command(["queue", "hold", id])
            _ = try await installation.command(["queue", "drop", id])
        }
    }
}
