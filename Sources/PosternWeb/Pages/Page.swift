/// What one template shows: stored properties only, each of them a tag of the template.
///
/// Templates never see a domain value, so that a new private field of one cannot appear on a page. swift-mustache reads
/// properties by reflection and renders a missing one as nothing. So templates are checked against `Property` when they are loaded,
/// and a test checks `Property` against the properties.
package protocol Page: Sendable {
    /// The names of the properties, and of those of what they hold, beside `frame` and the texts.
    associatedtype Property: RawRepresentable<String> & CaseIterable & Sendable
    /// Its template's path in the folder, without `.mustache`.
    static var template: String { get }
    /// What the template must print.
    static var required: [Property] { get }
    var frame: PageFrame { get }
}

extension Page {
    package static var required: [Property] { [] }
}

/// What the layout around every page needs.
package struct PageFrame: Sendable {
    package enum Property: String, CaseIterable, Sendable {
        case title, language, direction, stylesheet, script, icon, siteStyle
        case banner, site, logo, path
        case languages, label, links, name
        case bar, current, signedIn, sessions
    }

    package let title, language: String
    /// `ltr` or `rtl`.
    package let direction: String
    package let stylesheet, icon: String
    /// Nil for pages that run none.
    package let script: String?
    /// The site's colours; nil for our own.
    package let siteStyle: String?
    package let banner: Banner?
    package let languages: Languages?
    /// Nil but on the pages of staff who are signed in.
    package let bar: Bar?

    /// Whose page it is.
    package struct Banner: Sendable {
        package let site: String
        package let logo: Logo?

        package struct Logo: Sendable {
            package let path: String
        }
    }

    /// Where staff can go, and as whom.
    package struct Bar: Sendable {
        package let label, signedIn, sessions: String
        package let links: [Link]

        package struct Link: Sendable {
            package let path, name: String
            /// What `aria-current` says; nil for every other part.
            package let current: String?
        }
    }

    /// The same page in other languages.
    package struct Languages: Sendable {
        package let label: String
        package let links: [Link]

        package struct Link: Sendable {
            package let path, language, name: String
        }
    }
}
