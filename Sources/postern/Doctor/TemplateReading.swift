internal import PosternCore
private import PosternVault
private import PosternWeb

/// Reads templates and catalogues as relay and vault do when they start.
enum TemplateReading {
    static func findings(configured: String?) -> [Finding] {
        let folder: String
        do throws(SettingFault) {
            folder = try Templates.locate(configured: configured)
        } catch {
            return [.fail(.templates, error.problem, Remedy(error.remedy))]
        }
        var faults: [TemplateFacts.Fault] = []
        var languages = (pages: 0, mail: 0)
        do {
            languages.pages = try PosternWeb.Templates(folder: folder).languages.count
        } catch {
            faults += error.all.map { TemplateFacts.Fault(file: $0.file, problem: $0.problem) }
        }
        do {
            languages.mail = try Composer(templates: folder).languages.count
        } catch let error as PosternVault.TemplateFaults {
            faults += error.all.map { TemplateFacts.Fault(file: $0.file, problem: $0.problem) }
        } catch {
            faults.append(TemplateFacts.Fault(file: "mail", problem: "\(error)"))
        }
        return TemplateFacts(
            folder: folder, faults: faults, pageLanguages: languages.pages, mailLanguages: languages.mail
        ).findings
    }
}
