package import Settings

/// Which pages' scripts may read answers (Fetch standard, section 3.2): CORS_ORIGINS.
package enum CORSPolicy: Equatable, Sendable {
    case off
    /// Nothing here depends on who a browser's user is, so any page may ask what any other client may.
    case any
    case only([WebOrigin])

    static let maximumOrigins = 1000

    /// `*`, or origins with commas between them; nothing is off.
    package init(_ settings: SettingReader) throws(SettingError) {
        let setting = SettingCatalog.server.corsOrigins
        let text = settings.text(setting)
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
        if parts == [""] {
            self = .off
        } else if parts == ["*"] {
            self = .any
        } else {
            let origins = parts.compactMap(WebOrigin.init)
            guard origins.count == parts.count, origins.count <= Self.maximumOrigins else {
                throw SettingError(
                    name: setting.name, value: text,
                    expected: "*, or origins like https://shop.example:8443 with commas between them, or nothing")
            }
            self = .only(origins)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
