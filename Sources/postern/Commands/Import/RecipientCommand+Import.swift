internal import ArgumentParser
private import Foundation
private import PosternCore
internal import PosternHost
private import PosternImport
private import PosternLink
private import PosternRelay

extension RecipientCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add many recipients from a file that a spreadsheet or an address book has written.",
            discussion: """
                The header names the columns, in any order: handle (or username, login, nick …), name (or first and last name), \
                email, and locale and alias (other names that links may use; several with a semicolon or a bar between them) if \
                there are any. Commas, semicolons, tabs and bars are told apart, and UTF-8 and what has a byte \
                order mark is read. What was understood is printed first; --dry-run stops there.

                Rows that cannot be added go to the rejects file with a column that says why, and with a proposed handle where that \
                is what is wrong. Correct them there and import that file. With --resume, an import that was interrupted continues \
                where it stopped.

                Exit codes: 0 somebody was added (there may be rejects) · 65 nobody was
                """)

        @Argument(help: ArgumentHelp("The file, of comma-separated values or the like (RFC 4180).", valueName: "file"))
        var file: String

        @Option(help: ArgumentHelp("The site.", valueName: "id"))
        var site: String

        @Flag(help: "You know that the addresses are theirs.")
        var confirmed = false

        @Flag(help: "Say what was understood and what would be done, and do nothing.")
        var dryRun = false

        @Option(
            help: ArgumentHelp("The file's encoding, as in windows-1252, where it has no byte order mark.", valueName: "name"))
        var encoding: String?

        @Option(
            name: .customLong("column"), parsing: .singleValue,
            help: ArgumentHelp("Which column holds what, as in email=Contact or handle=3.", valueName: "role=column"))
        var columns: [String] = []

        @Flag(help: "Take the proposed handles, without asking you in a rejects file.")
        var acceptProposals = false

        @Option(help: ArgumentHelp("Where wrong rows are listed.", discussion: "Default: FILE.rejects.csv", valueName: "file"))
        var rejects: String?

        @Flag(help: "Continue the last import of this file where it was interrupted.")
        var resume = false

        @OptionGroup var home: HomeOption
        @OptionGroup var output: OutputOption

        func validate() throws {
            guard !(dryRun && resume) else { throw ValidationError("--dry-run and --resume do not go together") }
        }

        func run() async throws {
            let caller = try home.caller()
            let content = try OperatorFile(file, users: caller.users).content()
            let understood: RecipientFile
            do throws(ImportFault) {
                understood = try RecipientFile(Array(content), encoding: encoding, assigned: columns)
            } catch {
                throw Exit.data.saying("\(file) was not imported: \(error)")
            }
            let rejectsPath = rejects ?? file + ".rejects.csv"
            guard URL(fileURLWithPath: rejectsPath).standardized != URL(fileURLWithPath: file).standardized else {
                throw Exit.data.saying("--rejects names the file to be imported, which would be emptied\n    Choose another.")
            }
            let plan = try await plan(understood, caller)
            if !output.json { Terminal.say("\(file): \(understood.summary)\n  \(rowCount(plan))") }
            if dryRun {
                try await rehearse(understood, plan, caller)
            } else {
                try await add(plan, understood, content, caller, rejectsPath)
            }
        }

        private func rowCount(_ plan: ImportPlan) -> String {
            let blank = plan.blankRows > 0 ? ", and \(ImportText.count(plan.blankRows, "blank row"))" : ""
            return "rows      \(plan.rows.count)\(blank)"
        }

        /// Proposes handles that nobody at the site has.
        private func plan(_ file: RecipientFile, _ caller: ControlCaller) async throws -> ImportPlan {
            var plan = ImportPlan(file, languages: caller.languages)
            var taken: Set<String> = []
            while true {
                let found = try await self.taken(plan.proposals.filter { !taken.contains($0) }, caller)
                guard !found.isEmpty else { break }
                taken.formUnion(found)
                plan.propose(avoiding: taken)
            }
            if acceptProposals { plan.acceptProposals() }
            plan.refuse(try await owners(of: plan.aliasKeys, caller))
            return plan
        }

        /// Whom these names lead to at the site already.
        private func owners(of keys: Set<String>, _ caller: ControlCaller) async throws -> [String: String] {
            guard !keys.isEmpty else { return [:] }
            let known: Page<AliasView> = try await caller.pages(of: 0, by: \.key) { after, count in
                .listAliases(site: site, handle: nil, after: after, limit: count)
            }
            var owners: [String: String] = [:]
            for alias in known.rows where keys.contains(alias.key) { owners[alias.key] = alias.handle }
            for handle in try await taken(keys.filter { (try? Handle($0)) != nil }, caller) { owners[handle] = handle }
            return owners
        }

        /// Which of these handles are somebody's at the site. Asked even for none: the site must be there.
        private func taken(_ handles: [String], _ caller: ControlCaller) async throws -> Set<String> {
            var (taken, rest) = (Set<String>(), handles[...])
            repeat {
                let found: [FoundRecipient] = try await caller.ask(
                    .findRecipients(site: site, handles: Array(rest.prefix(EnrolRequest.most))))
                taken.formUnion(found.map(\.handle))
                rest = rest.dropFirst(EnrolRequest.most)
            } while !rest.isEmpty
            return taken.intersection(handles)
        }

        /// What would be done. Writes nothing.
        private func rehearse(_ file: RecipientFile, _ plan: ImportPlan, _ caller: ControlCaller) async throws {
            let handles = plan.rows.compactMap { if case .recipient(let row) = $0.content { row.handle.text } else { nil } }
            let added = handles.count - (try await taken(handles, caller).count)
            var report = ImportReport(file, plan, dryRun: true)
            (report.added, report.rejected) = (added, plan.rows.count - added)
            report.rows = plan.rows.prefix(ImportBatch.exampleCount).map(ImportReport.Row.init)
            try output.print(report) {
                let rows = plan.rows.prefix(ImportBatch.exampleCount)
                return (rows.isEmpty ? "" : "\n\(ImportText.table(Array(rows)))\n")
                    + "\nNothing was done. \(ImportText.count(added, "recipient")) would be added, "
                    + "\(ImportText.count(report.rejected, "row")) rejected."
            }
            if added == 0 { throw Exit.data.code }
        }

        private func add(
            _ plan: ImportPlan, _ understood: RecipientFile, _ content: Data, _ caller: ControlCaller, _ rejectsPath: String
        ) async throws {
            let began = ContinuousClock.now
            var progress = ImportProgress(
                file: OperatorFile(file + ".progress", users: caller.users), content: content,
                options: options(understood, rejectsPath))
            let done = try progress.begin(resume: resume)
            let rejectsFile = try RejectsFile(
                OperatorFile(rejectsPath, users: caller.users), RejectsText(understood), kept: resume ? done.rejectBytes : nil)
            var batch = ImportBatch(done: done, rejects: rejectsFile, progress: progress, isResumed: resume)
            let enrolling = Enrolling(caller: caller, site: site)
            for (index, row) in plan.rows.enumerated() where row.line > done.line {
                batch.take(row)
                if batch.isFull {
                    try await batch.enrol(by: enrolling, confirmed: confirmed)
                    Terminal.progress(batch.bar(Double(index + 1) / Double(plan.rows.count)))
                }
            }
            try await batch.enrol(by: enrolling, confirmed: confirmed)
            progress.finish()
            Terminal.progress("")
            rejectsFile.close(rejected: batch.done.rejected)
            let elapsed = ContinuousClock.now - began
            var report = ImportReport(understood, plan, dryRun: false)
            (report.added, report.rejected) = (batch.done.added, batch.done.rejected)
            report.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            report.rejects = batch.done.rejected > 0 ? rejectsPath : nil
            try output.print(report) { ending(batch, understood, elapsed, rejectsPath) }
            if batch.done.added == 0 { throw Exit.data.code }
        }

        private func options(_ understood: RecipientFile, _ rejectsPath: String) -> ImportOptions {
            let columns =
                ColumnRole.allCases.map { understood.columns[$0] } + [understood.columns.given, understood.columns.family]
            let meaning = [
                home.folder.path, site, understood.encoding.description,
                columns.map { $0.map(String.init) ?? "-" }.joined(separator: " "),
                "\(acceptProposals)", URL(fileURLWithPath: rejectsPath).standardized.path,
            ]
            var typed = ["--site \(site.shellWord)"]
            if let encoding { typed.append("--encoding \(encoding.shellWord)") }
            for column in self.columns { typed.append("--column \(column.shellWord)") }
            if acceptProposals { typed.append("--accept-proposals") }
            if confirmed { typed.append("--confirmed") }
            if let rejects { typed.append("--rejects \(rejects.shellWord)") }
            if let home = home.home { typed.append("--home \(home.shellWord)") }
            return ImportOptions(
                file: file, meaning: meaning.joined(separator: "\n"),
                typed: typed.joined(separator: " ").replacing("\n", with: " "))
        }

        /// How many, how long, and what next.
        private func ending(
            _ batch: ImportBatch, _ understood: RecipientFile, _ elapsed: Duration, _ rejectsPath: String
        ) -> String {
            let done = batch.done
            var lines = [
                "\(ImportText.count(done.added, "recipient")) added, \(ImportText.count(done.rejected, "row")) rejected in "
                    + "\(ImportText.time(elapsed))."
            ]
            lines += batch.examples.map { "  \($0)" }
            if done.rejected > batch.examples.count, !batch.examples.isEmpty {
                lines.append("  … and \(done.rejected - batch.examples.count) more")
            }
            if done.added > 0 {
                lines.append(
                    confirmed
                        ? "Letters go to them from now on. See them with: postern recipient list --site \(site)"
                        : "A mail asks each of them whether the address is theirs; letters go there once they say yes.")
            }
            if done.rejected > 0 {
                let options =
                    RejectsText(understood).assignments(columns).map { " --column \($0.shellWord)" }.joined()
                    + (confirmed ? " --confirmed" : "") + (home.home.map { " --home \($0.shellWord)" } ?? "")
                lines.append(
                    "The rejected rows are in \(rejectsPath), each with what is wrong with it. Correct them there, then:\n"
                        + "  postern recipient import \(rejectsPath.shellWord) --site \(site)\(options)")
            }
            if done.added == 0, done.rejected == 0 { lines.append("The file has no row after its header.") }
            return lines.joined(separator: "\n")
        }
    }
}
