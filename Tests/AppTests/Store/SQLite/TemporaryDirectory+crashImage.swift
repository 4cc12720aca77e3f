import TestServers

extension TemporaryDirectory {
    struct MissingFile: Error { let path: String }

    /// What a power cut would leave of the database `name`: its file and its log as they are now. The index of the log
    /// lives in memory, and is gone.
    func crashImage(of name: String, as copy: String) throws {
        for suffix in ["", "-wal"] {
            guard let bytes = FileContent.bytes(of: file(name + suffix)) else {
                throw MissingFile(path: file(name + suffix))
            }
            FileContent.write(bytes, to: file(copy + suffix))
        }
    }
}
