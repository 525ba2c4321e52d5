extension Optional where Wrapped == String {
    /// A sentence for staff or a reply line, cut to what a list can show. Other people's servers decide how long theirs is.
    var clipped: String? {
        map { text in
            guard text.unicodeScalars.count > 500 else { return text }
            return String(String.UnicodeScalarView(text.unicodeScalars.prefix(499))) + "…"
        }
    }
}
