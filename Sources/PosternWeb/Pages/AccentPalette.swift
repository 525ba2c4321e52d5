private import Glibc
package import PosternCore

/// A site's colour as its pages can use it: on light and dark backgrounds, for text and under text, always with the contrast
/// that WCAG 2.2 asks of text (1.4.3: 4.5 to 1).
package struct AccentPalette: Equatable, Sendable {
    /// The colours for one background.
    package struct Shades: Equatable, Sendable {
        /// For links and under the words of buttons.
        package let accent: AccentColour
        /// The same while the pointer is on it.
        package let strong: AccentColour
        /// The words on a button.
        package let onAccent: AccentColour
    }

    package let light: Shades
    package let dark: Shades

    /// Of the light and of the dark backgrounds in `postern.css`, the one with the least contrast.
    package static let lightGround = AccentColour(red: 0xF6, green: 0xF5, blue: 0xF2)
    package static let darkGround = AccentColour(red: 0x1E, green: 0x23, blue: 0x26)
    package static let leastContrast = 4.5

    package init(_ colour: AccentColour) {
        light = Shades(colour, on: Self.lightGround, towards: AccentColour(red: 0, green: 0, blue: 0))
        dark = Shades(colour, on: Self.darkGround, towards: AccentColour(red: 255, green: 255, blue: 255))
    }

    /// The site's style sheet, loaded after our own.
    package var stylesheet: String {
        func rules(_ shades: Shades) -> String {
            "--accent: \(shades.accent); --accent-strong: \(shades.strong); --on-accent: \(shades.onAccent);"
        }
        return """
            :root { \(rules(light)) }
            @media (prefers-color-scheme: dark) { :root { \(rules(dark)) } }

            """
    }
}

extension AccentPalette.Shades {
    /// - Parameter end: black on light backgrounds, white on dark ones: the way to more contrast.
    fileprivate init(_ colour: AccentColour, on ground: AccentColour, towards end: AccentColour) {
        let accent = (0...20).lazy.map { colour.mixed(with: end, share: Double($0) / 20) }
            .first { $0.contrast(with: ground) >= AccentPalette.leastContrast }
        self.accent = accent ?? end
        strong = self.accent.mixed(with: end, share: 0.25)
        let (black, white) = (AccentColour(red: 0x10, green: 0x14, blue: 0x18), AccentColour(red: 255, green: 255, blue: 255))
        onAccent = self.accent.contrast(with: white) >= self.accent.contrast(with: black) ? white : black
    }
}

extension AccentColour {
    fileprivate func mixed(with other: AccentColour, share: Double) -> AccentColour {
        func mix(_ own: UInt8, _ its: UInt8) -> UInt8 { UInt8((Double(own) + (Double(its) - Double(own)) * share).rounded()) }
        return AccentColour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// WCAG 2.2's contrast ratio, 1 to 21.
    package func contrast(with other: AccentColour) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    /// WCAG 2.2's relative luminance.
    private var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}
