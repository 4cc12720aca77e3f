/// The `.env` file: `NAME=value` lines, `#` comments, an optional `export `, values bare or in single or double quotes.
///
/// Our own forty lines, because the packages that read such files bring a whole configuration system along.
enum DotEnv {
    /// A line that is none of those.
    struct Malformed: Error, Equatable {
        /// Counted from 1.
        let line: Int
    }

    static func parse(_ text: String) throws(Malformed) -> [String: String] {
        var values: [String: String] = [:]
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = trimmed(rawLine)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let assignment = line.hasPrefix("export ") ? trimmed(line.dropFirst("export ".count)) : line
            guard let equals = assignment.firstIndex(of: "=") else { throw Malformed(line: index + 1) }
            let name = trimmed(assignment[..<equals])
            guard isName(name), let value = value(trimmed(assignment[assignment.index(after: equals)...])) else {
                throw Malformed(line: index + 1)
            }
            values[String(name)] = value
        }
        return values
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.first, !first.isNumber else { return false }
        return name.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }

    /// nil when a quote is left open or something follows it.
    private static func value(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            // A comment begins at a # that follows white space, as in a shell.
            if text.hasPrefix("#") { return "" }
            let comment = text.indices.first { text[$0] == "#" && text[text.index(before: $0)].isWhitespace }
            return String(trimmed(text[..<(comment ?? text.endIndex)]))
        }
        let inside = text.dropFirst()
        guard let end = inside.firstIndex(of: quote) else { return nil }
        let rest = trimmed(inside[inside.index(after: end)...])
        return rest.isEmpty || rest.hasPrefix("#") ? String(inside[..<end]) : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
