import Glibc
import TestServers

/// Headless Chromium, which does one step after the other and tells what each came to: see Tests/Browser/browser.py.
final class Browser {
    enum Step {
        case open(String, width: Int, isDark: Bool)
        /// Tells whether it came to be true.
        case until(String)
        /// Tells its value.
        case read(String)
        case screenshot(String)
        /// Tells ``Seen``.
        case seen

        fileprivate var json: String {
            switch self {
            case .open(let url, let width, let isDark):
                #"{"open":\#(Self.quoted(url)),"width":\#(width),"scheme":"\#(isDark ? "dark" : "light")"}"#
            case .until(let expression): #"{"until":\#(Self.quoted(expression)),"seconds":60}"#
            case .read(let expression): #"{"read":\#(Self.quoted(expression))}"#
            case .screenshot(let file): #"{"screenshot":\#(Self.quoted(file))}"#
            case .seen: #"{"seen":"all"}"#
            }
        }

        private static func quoted(_ text: String) -> String {
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\"\(escaped)\""
        }
    }

    private let process: ChildProcess

    init(_ steps: [Step], in directory: TemporaryDirectory) throws {
        process = try ChildProcess(
            "/usr/bin/python3",
            [
                "\(PythonTool.root)/Tests/Browser/browser.py", "[" + steps.map(\.json).joined(separator: ",") + "]",
            ],
            environment: ["HOME": directory.path, "TMPDIR": directory.path, "PYTHONDONTWRITEBYTECODE": "1"],
            directory: directory.path)
    }

    /// Its folder is in the test's directory, and Chromium writes there until it has ended.
    deinit { _ = process.waitForEnd(within: 20) }

    /// What the step of that number came to, as soon as it is done; nil when it isn't within two minutes.
    func result(of step: Int) -> JSON? {
        _ = eventually(within: 120) { process.output.lines.count > step || !process.isRunning }
        let lines = process.output.wholeText(within: process.isRunning ? 0 : 10) ?? process.output.text
        let results = lines.split(separator: "\n")
        return results.indices.contains(step) ? JSON(Array(results[step].utf8), takesFractions: true) : nil
    }

    /// What each of the steps came to; fewer when one failed.
    func results(_ count: Int) -> [JSON] { (0..<count).compactMap { result(of: $0) } }

    var errors: String { process.errors.text }
}
