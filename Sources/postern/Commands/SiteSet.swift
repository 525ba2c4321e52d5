internal import ArgumentParser
private import Foundation
private import PosternCore
private import PosternRelay

extension SiteCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a site's name, origins and look. What is not named stays as it is.",
            discussion: """
                An empty text takes a setting away, as in --accent "". The pages use the accent where it can be read; on grounds \
                where it cannot, they use a darker or lighter one of the same hue.
                """)

        @Argument(help: "The site's id.")
        var id: String

        @Option(help: "Its name, as visitors and recipients read it.")
        var name: String?

        @Option(
            name: .customLong("origin"), parsing: .upToNextOption,
            help: ArgumentHelp("Where its own pages live; replaces all there were.", valueName: "url"))
        var origins: [String] = []

        @Option(help: ArgumentHelp("The colour of buttons and links, as in #1f5f8b.", valueName: "colour"))
        var accent: String?

        @Option(help: ArgumentHelp("A PNG, JPEG, WebP or SVG file of at most 256 KiB; empty for none.", valueName: "file"))
        var logo: String?

        @Option(
            name: .customLong("intro"), parsing: .singleValue,
            help: ArgumentHelp("What stands above the form in one language, as in de=Schreiben Sie …", valueName: "language=text")
        )
        var introductions: [String] = []

        @Option(
            parsing: .upToNextOption,
            help: ArgumentHelp("The languages of its pages, its own first; all for every one we have.", valueName: "tag"))
        var languages: [String] = []

        @OptionGroup var home: HomeOption

        func validate() throws {
            guard introductions.allSatisfy({ $0.contains("=") }) else {
                throw ValidationError("--intro takes a language, = and the text, as in de=Schreiben Sie uns")
            }
        }

        func run() async throws {
            let caller = ControlCaller(home: home.folder, configuration: try await home.configuration())
            var change = ControlRequest.SiteChange()
            (change.name, change.accent) = (name, accent)
            if !origins.isEmpty { change.origins = origins }
            if !languages.isEmpty { change.languages = languages == ["all"] ? [] : languages }
            if !introductions.isEmpty {
                change.introductions = Dictionary(
                    introductions.map { text in
                        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
                    }, uniquingKeysWith: { $1 })
            }
            _ = try await caller.ask(.changeSite(id: id, change)).orRefusal()
            if let logo { _ = try await caller.ask(.setLogo(site: id, file: try Self.file(logo))).orRefusal() }
            Terminal.say("Changed site \(id).")
        }

        /// - Returns: the file in base 64; nil for an empty path.
        private static func file(_ path: String) throws -> String? {
            guard !path.isEmpty else { return nil }
            guard let content = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
                throw Exit.noInput.saying("\(path) cannot be read; the site's other settings were changed")
            }
            guard content.count <= Logo.limitKiB * 1_024 else {
                throw Exit.data.saying(
                    "\(path) has \(content.count) bytes; a logo may have \(Logo.limitKiB) KiB. The site's other settings were changed."
                )
            }
            return content.base64EncodedString()
        }
    }
}
