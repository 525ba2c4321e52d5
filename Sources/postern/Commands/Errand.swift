private import ArgumentParser
private import Foundation
internal import PosternDoctor
internal import PosternHost
private import Subprocess
private import SystemPackage

/// What a root command leaves to the relay's or the vault's user: another process of this program does it, as that user from its
/// first moment on. So root's rights never open anything that those two could replace, be it a file or a socket.
///
/// It has a session of its own, without root's terminal, and what it says is passed on without control characters. It keeps none of
/// root's rights, and has a cage of its own (`ErrandCommand`).
struct Errand {
    enum Task: String, CaseIterable {
        /// Reads a `ControlRequest`, writes the answer.
        case control
        /// Writes a backup to standard output.
        case backup
        /// Replaces the store with the file of that name or, where this user cannot read it, with standard input.
        case restore
        /// Asks the vault: the number of an `OperatorVerb`, and its payload on standard input. Writes the answer's.
        case vault
        /// Makes the keys that are missing, and writes their kinds.
        case makeKeys = "make-keys"
        /// Writes which keys there are, while no vault runs.
        case holdKeys = "hold-keys"
        /// Writes the keys that last, and the vault's memory.
        case collectKeys = "collect-keys"
        /// Notes which keys have been saved elsewhere.
        case noteSavedKeys = "note-saved-keys"
        /// Writes which of some recipients were erased, as the vault remembers.
        case findErased = "find-erased"
        /// Puts saved keys in, while no vault runs.
        case installKeys = "install-keys"
        /// Answers a `JournalQuestion`.
        case journal
        /// Writes one part of the doctor's examination.
        case examine

        /// Whose folder it is about. Nil for the doctor's, who looks at all that the service needs.
        var role: ProcessRole? {
            switch self {
            case .control, .backup, .restore: .relay
            case .vault, .makeKeys, .holdKeys, .collectKeys, .noteSavedKeys, .findErased, .installKeys, .journal: .vault
            case .examine: nil
            }
        }
    }

    let home: Home
    let user: ProcessUser

    func run(_ task: Task, _ words: [String] = [], input: [UInt8] = []) async throws -> [UInt8] {
        try await run(task, words, from: .array(input), to: .bytes(limit: 512 << 20))
    }

    /// What the doctor wants to know: a taken-over user may stop the process that looks.
    /// - Parameter settings: of the installation, since that user may not be able to read them.
    func examine(_ part: Doctor.Part, _ settings: [String: String]) async -> [UInt8]? {
        await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                try? await run(.examine, [part.rawValue], from: .none, to: .bytes(limit: 64 << 20), settings: settings)
            }
            group.addTask {
                try? await _Concurrency.Task.sleep(for: .seconds(90))
                return nil
            }
            let answer = await group.next() ?? nil
            group.cancelAll()
            return answer
        }
    }

    /// - Parameter file: an open file that becomes standard output.
    func run(_ task: Task, writingTo file: Int32) async throws {
        try await run(
            task, [], from: .none, to: .fileDescriptor(FileDescriptor(rawValue: file), closeAfterSpawningProcess: false))
    }

    /// - Parameter file: an open file that becomes standard input.
    func run(_ task: Task, _ words: [String], readingFrom file: Int32) async throws -> [UInt8] {
        let input = FileDescriptorInput.fileDescriptor(FileDescriptor(rawValue: file), closeAfterSpawningProcess: false)
        return try await run(task, words, from: input, to: .bytes(limit: 1 << 20))
    }

    private func run<Input: InputProtocol, Output: OutputProtocol>(
        _ task: Task, _ words: [String], from input: Input, to output: Output, settings: [String: String] = [:]
    ) async throws -> Output.OutputType {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = []
        let arguments = ["errand", task.rawValue] + words + ["--home", home.path, "--become", user.numbers]
        let ended = try await Subprocess.run(
            .path(FilePath(ProgramFiles.executable)), arguments: Arguments(arguments),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: settings.map { (Environment.Key(stringLiteral: $0), Optional($1)) })),
            platformOptions: options, input: input, output: output, error: .string(limit: 1 << 20))
        let said = ended.standardError.trimmingCharacters(in: .whitespacesAndNewlines)
        guard case .exited(let status) = ended.terminationStatus else {
            if !said.isEmpty { Terminal.complain(said) }
            throw Exit.unavailable.saying("the process that was to do it as \(user.name) was killed\n    Try again.")
        }
        guard status == 0 else {
            Terminal.complain(said)
            throw ExitCode(status)
        }
        if !said.isEmpty { Terminal.complain(said) }
        return ended.standardOutput
    }
}
