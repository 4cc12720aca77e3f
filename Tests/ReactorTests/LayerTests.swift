import TestServers
import Testing

/// The folders of Reactor are one module, so that the compiler may inline across them; it doesn't see them as layers.
/// This test does: a file may name types of its own folder and of those below. The folders of App are modules, and the
/// compiler keeps their order.
@Suite("Reactor's folders refer downward") struct LayerTests {
    /// From the bottom to the top. Folders of one rank don't know each other.
    private static let ranks = [["Bytes", "Crypto"], ["Loop"], ["Threads"], ["Net"], ["HTTP", "Redis"]]

    private static let root = "\(#filePath)".split(separator: "/Tests/ReactorTests/").first.map(String.init) ?? "."

    private struct Source {
        var folder: String
        var path: String
        /// Without comments.
        var code: String
    }

    private static func sources(_ folder: String, below path: String) throws -> [Source] {
        var sources: [Source] = []
        for name in FileContent.names(in: path).sorted() {
            let item = "\(path)/\(name)"
            if name.hasSuffix(".swift") {
                let text = try #require(FileContent.text(of: item))
                sources.append(Source(folder: folder, path: item, code: text.replacing(#/\/\/[^\n]*/#, with: "")))
            } else {
                sources += try Self.sources(folder, below: item)
            }
        }
        return sources
    }

    /// What refers upward or sideways, as "file names Type of Folder".
    private static func violations(_ sources: [Source], ranks: [[String]]) -> [String] {
        var homes: [String: String] = [:]
        let declaration =
            #/^(?:(?:package|public|final|indirect) )*(?:struct|class|enum|protocol|typealias) (\w+)/#
            .anchorsMatchLineEndings()
        for source in sources {
            for match in source.code.matches(of: declaration) { homes[String(match.1)] = source.folder }
        }
        let rank = { (folder: String) in ranks.firstIndex { $0.contains(folder) } ?? ranks.count }
        return sources.flatMap { source in
            Set(source.code.matches(of: #/\b[A-Z]\w*/#).map { String($0.0) }).sorted().compactMap { name in
                guard let home = homes[name], home != source.folder, rank(home) >= rank(source.folder) else {
                    return nil
                }
                return "\(source.path) names \(name) of \(home)"
            }
        }
    }

    @Test("No file names a type of a folder above or beside its own") func order() throws {
        let folders = Self.ranks.flatMap(\.self)
        #expect(Set(FileContent.names(in: "\(Self.root)/Sources/Reactor")) == Set(folders))
        let sources = try folders.flatMap { try Self.sources($0, below: "\(Self.root)/Sources/Reactor/\($0)") }
        #expect(Self.violations(sources, ranks: Self.ranks) == [])
    }

    @Test("An upward reference is found") func upward() {
        let sources = [
            Source(folder: "Low", path: "low", code: "struct Pump { var valve: Valve }"),
            Source(folder: "High", path: "high", code: "package struct Valve {}\nstruct Pipe { var pump: Pump }"),
        ]
        #expect(Self.violations(sources, ranks: [["Low"], ["High"]]) == ["low names Valve of High"])
        #expect(Self.violations(sources, ranks: [["Low", "High"]]).count == 2)
    }
}
