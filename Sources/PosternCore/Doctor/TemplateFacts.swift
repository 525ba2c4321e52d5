/// What came of reading the templates and catalogues as relay and vault read them.
package struct TemplateFacts: Sendable {
    package struct Fault: Hashable, Sendable {
        /// Below the folder, as in `mail/letter.txt.mustache`.
        package let file: String
        package let problem: String

        package init(file: String, problem: String) {
            (self.file, self.problem) = (file, problem)
        }
    }

    package let folder: String
    package let faults: [Fault]
    package let pageLanguages, mailLanguages: Int

    package init(folder: String, faults: [Fault], pageLanguages: Int, mailLanguages: Int) {
        (self.folder, self.faults) = (folder, faults)
        (self.pageLanguages, self.mailLanguages) = (pageLanguages, mailLanguages)
    }

    package var findings: [Finding] {
        guard faults.isEmpty else {
            return faults.map { fault in
                .fail(
                    .templates, "\(folder)/\(fault.file): \(fault.problem)",
                    "Mend the file, or put it back from the package; the service does not start without it.")
            }
        }
        return [
            .ok(
                .templates,
                "templates and catalogues in \(folder) are whole: pages in \(pageLanguages) languages, mail in "
                    + "\(mailLanguages)")
        ]
    }
}
