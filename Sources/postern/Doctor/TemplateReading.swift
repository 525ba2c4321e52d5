internal import PosternCore
private import PosternText
private import PosternVault
private import PosternWeb

/// Reads templates and catalogues as relay and vault do when they start.
enum TemplateReading {
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
        return TemplateFacts(
            folder: folder, faults: faults.map { TemplateFacts.Fault(file: $0.file, problem: $0.problem) },
            pageLanguages: languages.pages, mailLanguages: languages.mail
        ).findings
    }
}
