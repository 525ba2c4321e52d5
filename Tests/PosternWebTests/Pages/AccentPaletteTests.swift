import PosternCore
import PosternWeb
import Testing

@Suite("Whatever colour a site chooses, its pages can be read")
struct AccentPaletteTests {
    @Test func `Contrast is as WCAG defines it`() {
        let (black, white) = (AccentColour(red: 0, green: 0, blue: 0), AccentColour(red: 255, green: 255, blue: 255))
        #expect(abs(black.contrast(with: white) - 21) < 0.001)
        #expect(white.contrast(with: white) == 1)
        // A pair of WCAG's own examples: #777777 on white just misses 4.5.
        #expect(abs(AccentColour(red: 0x77, green: 0x77, blue: 0x77).contrast(with: white) - 4.48) < 0.01)
    }

    @Test(arguments: [
        "#000000", "#ffffff", "#ffff00", "#00ff00", "#ff0000", "#0000ff", "#808080", "#1f5f8b", "#b03060", "#f6f5f2", "#1e2326",
    ])
    func `Text on it and text in it have the contrast of level AA`(text: String) throws {
        let palette = AccentPalette(try #require(AccentColour(text)))
        for (shades, ground) in [(palette.light, AccentPalette.lightGround), (palette.dark, AccentPalette.darkGround)] {
            #expect(shades.accent.contrast(with: ground) >= 4.5)
            #expect(shades.strong.contrast(with: ground) >= 4.5)
            #expect(shades.onAccent.contrast(with: shades.accent) >= 4.5)
        }
    }

    @Test func `A colour that can be read is left as it is`() throws {
        #expect(AccentPalette(try #require(AccentColour("#1f5f8b"))).light.accent.description == "#1f5f8b")
    }

    @Test(arguments: ["", "#", "1f5f8b", "#1f5f8", "#1f5f8bb", "#+f5f8b", "#gggggg", "#１f5f8b"])
    func `Another text is no colour`(text: String) {
        #expect(AccentColour(text) == nil)
    }
}
