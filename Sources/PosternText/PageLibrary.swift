private import Mustache

/// The templates of the web pages, which use layouts and show lists. Their values are escaped as HTML.
package struct PageLibrary: Sendable {
    private var library = MustacheLibrary()

    package init() {
        MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
    }

    /// - Parameter name: how other templates call it.
    /// - Throws: what Mustache objects to.
    package mutating func add(_ source: TemplateSource, named name: String) throws(TemplateFault.Reason) {
        // Before every template, so that none can forget it.
        library.register(try source.compiled("{{% CONTENT_TYPE: \(EscapedHTML.name)}}"), named: name)
    }

    /// Nil when there is no template of that name.
    /// - Parameter page: whose properties are the template's tags, found by reflection.
    package func render(_ page: some Sendable, named name: String) -> String? {
        library.render(page, withTemplate: name)
    }
}
