private import PosternCore
package import PosternHost
private import PosternText
private import PosternVault
private import PosternWeb

/// Reads templates and catalogues as relay and vault do when they start.
package enum TemplateCheck {
    /// A file that cannot be used, by its path below the folder, as in `mail/letter.txt.mustache`.
    package typealias Fault = (file: String, problem: String)

    /// - Parameter role: the relay reads what pages are made of, the vault what mails are made of.
    static func findings(configured: String?, for role: ProcessRole) -> [Finding] {
        let folder: String
        do throws(FileObstacle) {
            folder = try ProgramFiles.locateTemplates(configured: configured)
        } catch {
            return [.fail(.templates, error.problem, Remedy(error.remedy, commands: [error.command].compactMap { $0 }))]
        }
        do throws(TemplateFaults) {
            let languages =
                switch role {
                case .relay: try Templates(folder: folder).languages.count
                case .vault: try Composer(templates: folder).languages.count
                }
            return findings(folder: folder, faults: [], role, languages: languages)
        } catch {
            let closed = error.all.filter { if case .unreadable = $0.reason { true } else { false } }
            let others = error.all.filter { !closed.contains($0) }.map { ($0.file, $0.problem) }
            return closed.map { fault in
                .fail(
                    .templates, "\(folder)/\(fault.file) is there, but \(ProcessUser.ownName) may not read it",
                    Remedy("As root:", commands: ["chmod -R a+rX \(folder.shellWord)"]))
            } + (others.isEmpty ? [] : findings(folder: folder, faults: others, role, languages: 0))
        }
    }

    package static func findings(folder: String, faults: [Fault], _ role: ProcessRole, languages: Int) -> [Finding] {
        guard faults.isEmpty else {
            return faults.map { fault in
                .fail(
                    .templates, "\(folder)/\(fault.file): \(fault.problem)",
                    "Correct the file, or put it back from the package; the service does not start without it.")
            }
        }
        return [
            .ok(
                .templates,
                "what \(role == .relay ? "pages" : "mails") are made of, in \(folder), is complete in \(languages) languages")
        ]
    }
}
