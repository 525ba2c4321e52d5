/// The templates we have. The raw value is the file's path in the folder, without `.mustache`.
package enum TemplateName: String, Sendable, CaseIterable {
    case layout = "web/layout"
    case contact = "web/contact"
    case sent = "web/sent"
    case noLetters = "web/no-letters"
    case confirmation = "web/confirmation"
    case privacy = "web/privacy"
    case error = "web/error"
    case staffLayout = "staff/layout"
    case staffOverview = "staff/overview"
    case staffMailbox = "staff/mailbox"
    case staffLetter = "staff/letter"

    /// How templates name each other: swift-mustache knows no slash in the name that closes an inheritance.
    package var label: String { rawValue.replacing("/", with: "-") }
}

/// What one template shows: stored properties only, each of them a tag of the template.
///
/// Templates never see a domain value, so that a new private field of one cannot appear on a page. swift-mustache
/// reads properties by reflection and renders what it does not find as nothing; a test compares the two.
package protocol Page: Sendable {
    static var template: TemplateName { get }
    var frame: PageFrame { get }
}

/// What the layout around every page needs.
package struct PageFrame: Sendable {
    package let title: String
    package let language: String
    /// `ltr` or `rtl`.
    package let direction: String
    package let stylesheet: String
    package let script: String
    package let icon: String
    /// The site's colours; nil for the house's own.
    package let siteStyle: String?
    package let banner: Banner?
    package let languages: Languages?

    /// Whose page it is.
    package struct Banner: Sendable {
        package let site: String
        package let logo: Logo?

        package struct Logo: Sendable {
            package let path: String
        }
    }

    /// The same page in other languages.
    package struct Languages: Sendable {
        package let label: String
        package let links: [Link]

        package struct Link: Sendable {
            package let path: String
            package let language: String
            package let name: String
        }
    }
}
