import TestServers
import Testing

/// The documents are short where they promise to be, and what they name is there.
@Suite("Documents lead where they say") struct DocumentTests {
    private static let root = "\(#filePath)".split(separator: "/Tests/AppTests/").first.map(String.init) ?? "."

    /// By their paths from the root.
    private static let names =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
        + FileContent.names(in: "\(root)/docs").filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }

    private static func text(_ name: String) throws -> String {
        try #require(FileContent.text(of: "\(root)/\(name)"), "\(name)")
    }

    /// The lines outside of code blocks.
    private static func prose(_ name: String) throws -> [Substring] {
        var isCode = false
        return try text(name).split(separator: "\n").filter { line in
            let isFence = line.drop { $0 == " " }.hasPrefix("```")
            if isFence { isCode.toggle() }
            return !isCode && !isFence
        }
    }

    /// The anchors of a document, as GitHub makes them of its headings.
    private static func anchors(_ name: String) throws -> [String] {
        try prose(name).filter { $0.hasPrefix("#") }.map { line in
            let heading = line.drop { $0 == "#" }.dropFirst().lowercased()
            let kept = heading.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            return kept.replacing(" ", with: "-")
        }
    }

    @Test("README and ARCHITECTURE have at most 120 lines", arguments: ["README.md", "ARCHITECTURE.md"])
    func length(name: String) throws {
        #expect(try Self.text(name).count { $0 == "\n" } <= 120)
    }

    @Test("A link to a file or a heading of this repository finds it", arguments: names)
    func links(name: String) throws {
        let folder = name.hasPrefix("docs/") ? "docs/" : ""
        for line in try Self.prose(name) {
            let withoutCode = line.replacing(#/`[^`]*`/#, with: "")
            for link in withoutCode.matches(of: #/\]\(([^)#]*)(?:#([^)]*))?\)/#) {
                let (_, path, anchor) = link.output
                if path.hasPrefix("https://") { continue }
                let target = path.isEmpty ? name : "\(folder)\(path)"
                #expect(FileContent.text(of: "\(Self.root)/\(target)") != nil, "\(link.output.0)")
                guard let anchor else { continue }
                #expect(try Self.anchors(target).contains(String(anchor)), "\(link.output.0)")
            }
        }
    }

    @Test("What is to be made is a target of the Makefile", arguments: names)
    func targets(name: String) throws {
        let makefile = try Self.text("Makefile")
        for command in try Self.text(name).matches(of: #/(?:^|`)make ([a-z-]+)/#.anchorsMatchLineEndings()) {
            #expect(makefile.contains("\n\(command.output.1):"), "\(command.output.0)")
        }
    }

    @Test("README shows the two commands, and every document")
    func readme() throws {
        let readme = try Self.text("README.md")
        for command in ["\nmake run ", "\nmake test "] { #expect(readme.contains(command)) }
        for name in Self.names where name != "README.md" { #expect(readme.contains("](\(name))"), "\(name)") }
    }
}
