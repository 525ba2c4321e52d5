package import PosternText

/// What somebody sees who comes to the installation's own address: what this is, and how to get to a person. It names no site and
/// nobody: nothing here is a directory.
package struct FrontPage: Page {
    package enum Property: String, CaseIterable, Sendable { case security }

    package static let template = "web/front"

    package let frame: PageFrame
    package let text: Texts
    /// Where to read whom to tell about a hole; nil when nobody has been named.
    package let security: String?

    package init(security: String?, _ presentation: Presentation) {
        frame = presentation.frame(title: presentation.texts(.frontTitle), path: "/")
        text = presentation.texts.texts
        self.security = security
    }
}
