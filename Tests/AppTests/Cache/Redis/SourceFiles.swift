import TestServers

/// What the checkout holds that the tests were built from.
enum SourceFiles {
    static let root = "\(#filePath)".split(separator: "/Tests/AppTests/").first.map(String.init) ?? "."

    /// The paths of the files in a folder of the checkout, and in its folders, whose names end like that.
    static func paths(in folder: String, suffix: String) -> [String] {
        let names = FileContent.names(in: "\(root)/\(folder)").sorted()
        return names.flatMap { name in
            let path = "\(folder)/\(name)"
            return name.hasSuffix(suffix) ? [path] : paths(in: path, suffix: suffix)
        }
    }

    static func text(_ path: String) -> String { FileContent.text(of: "\(root)/\(path)") ?? "" }
}
