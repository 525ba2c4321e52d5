private import PosternCore
private import PosternHost
private import PosternText
private import PosternVault
private import PosternWeb

/// Reads templates and catalogues as relay and vault do when they start.
package enum TemplateCheck {
    /// A file that cannot be used, by its path below the folder, as in `mail/letter.txt.mustache`.
    package typealias Fault = (file: String, problem: String)

    static func findings(configured: String?) -> [Finding] {
        let folder: String
        do throws(SettingFault) {
            folder = try ProgramFiles.locateTemplates(configured: configured)
        } catch {
            return [.fail(.templates, error.problem, Remedy(error.remedy))]
        }
        var faults: [TemplateFault] = []
        var languages = (pages: 0, mail: 0)
        do throws(TemplateFaults) {
            languages.pages = try Templates(folder: folder).languages.count
        } catch {
            faults += error.all
        }
        do throws(TemplateFaults) {
            languages.mail = try Composer(templates: folder).languages.count
        } catch {
            // Both read `language.json`.
            faults += error.all.filter { !faults.contains($0) }
        }
        return findings(folder: folder, faults: faults.map { ($0.file, $0.problem) }, languages: languages)
    }

    package static func findings(folder: String, faults: [Fault], languages: (pages: Int, mail: Int)) -> [Finding] {
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
                "templates and catalogues in \(folder) are complete: pages in \(languages.pages) languages, mail in "
                    + "\(languages.mail)")
        ]
    }
}
