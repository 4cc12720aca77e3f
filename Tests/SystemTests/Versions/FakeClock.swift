import TestServers

/// The clock of a server, as libfaketime shows it, which the test sets while it runs. Time as it passes for the
/// server's waits is left alone.
struct FakeClock {
    private let file: String

    init(in directory: TemporaryDirectory) {
        file = directory.file("clock")
        set(days: 0)
    }

    /// How far it is from the real one.
    func set(days: Int) { FileContent.write(Array("\(days < 0 ? "-" : "+")\(abs(days))d\n".utf8), to: file) }

    /// With them a server sees this clock.
    var environment: [String: String] {
        [
            "LD_PRELOAD": Self.library, "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        ]
    }

    /// The folder has the machine's name in it.
    private static let library: String = {
        let folders = FileContent.names(in: "/usr/lib").map { "/usr/lib/\($0)/faketime" }
        let folder = folders.first { FileContent.names(in: $0).contains("libfaketimeMT.so.1") }
        return (folder ?? "/usr/lib/faketime") + "/libfaketimeMT.so.1"
    }()
}
