@testable import Settings

/// What is made from the catalog: `.env.example`, and the tables in docs/configuration.md.
enum SettingDocuments {
    static let begin = "<!-- settings: begin -->"
    static let end = "<!-- settings: end -->"

    // MARK: .env.example

    static var example: String {
        let header = """
            # Settings of Spillway, made by `make settings-docs`. Copy this file to .env in the working directory of the
            # service (with start_services.sh: beside the script), and take the # away from what you change. Flags and
            # the environment win over this file. Each line has the default. Where nothing stands behind the =, there is
            # none, or it is told above. docs/configuration.md tells too which values are taken.

            """
        return header + SettingCatalog.groups.map(example).joined()
    }

    private static func example(of group: any SettingGroup) -> String {
        let heading = "# --- \(type(of: group).heading) "
        let rule = heading + String(repeating: "-", count: columns - heading.count)
        return "\n\(rule)\n\n" + group.settings.map(example).joined()
    }

    private static func example(of setting: any Setting) -> String {
        var remark = setting.facts.sentence
        if !setting.words.isEmpty { remark += " One of \(setting.words.joined(separator: ", "))." }
        if setting.defaultText == nil && setting.defaultInWords != "none" {
            remark += " Default: \(setting.defaultInWords)."
        }
        let value = setting.defaultText ?? ""
        let isPlain = value.allSatisfy { !$0.isWhitespace && $0 != "#" && $0 != "\"" }
        return comment(remark) + "#\(setting.name)=\(isPlain ? value : "'\(value)'")\n"
    }

    private static let columns = 120

    /// `text` behind `# `, broken where the line would become too long.
    private static func comment(_ text: String) -> String {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= columns {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append("# \(word)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: docs/configuration.md

    /// `page` with the tables of now between its marks; nil when it has no marks.
    static func configurationPage(_ page: String) -> String? {
        guard let begin = page.firstRange(of: begin), let end = page.firstRange(of: end) else { return nil }
        return page[..<begin.upperBound] + "\n\(tables)" + page[end.lowerBound...]
    }

    private static var tables: String {
        "Made by `make settings-docs`.\n" + SettingCatalog.groups.map(table).joined() + "\n"
    }

    private static func table(of group: any SettingGroup) -> String {
        let head = "| Setting | Default | Values | Meaning |\n|---|---|---|---|\n"
        return "\n### \(type(of: group).heading)\n\n" + head + group.settings.map(row).joined()
    }

    private static func row(of setting: any Setting) -> String {
        let values = setting.flag == nil && !isOfScripts(setting) ? "\(setting.values); no flag" : setting.values
        let cells = ["`\(setting.name)`", defaultCell(setting), values, escaped(setting.facts.sentence)]
        return "| \(cells.joined(separator: " | ")) |\n"
    }

    private static func isOfScripts(_ setting: any Setting) -> Bool {
        SettingCatalog.scripts.settings.contains { $0.name == setting.name }
    }

    private static func defaultCell(_ setting: any Setting) -> String {
        guard let text = setting.defaultText else { return setting.defaultInWords }
        let bytes = (setting as? IntegerSetting).flatMap { $0.range.unit == "bytes" ? $0.fallback : nil }
        return "`\(text)`" + (bytes.flatMap(inLargerUnits).map { " (\($0))" } ?? "")
    }

    /// `48 MiB`; nil for what is no multiple of a larger unit.
    private static func inLargerUnits(_ bytes: Int) -> String? {
        for (unit, size) in [("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes > 0 && bytes % size == 0 {
            return "\(bytes / size) \(unit)"
        }
        return nil
    }

    /// Text that Markdown shows as it is.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "*|<\\`".contains(character) { result += "\\" }
            result.append(character)
        }
    }
}
