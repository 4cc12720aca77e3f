import Glibc
import TestServers

@testable import Reactor

/// A server whose access log goes to a file of its own, and the lines in it.
final class AccessLogFixture {
    let harness: HTTPServerHarness
    private let writer: AccessLogWriter
    private let directory = TemporaryDirectory()

    init(_ format: String = AccessLogFormat.standard, _ configure: (inout HTTPServerLimits) -> Void = { _ in }) throws {
        writer = try AccessLogWriter(path: directory.file("access.log")) { _ in }
        let destination = AccessLogDestination(format: try AccessLogFormat(format, pid: 42), writer: writer)
        harness = try HTTPServerHarness(accessLog: destination, configure)
        harness.handler.answer = { $0.target }
    }

    /// All lines; the log ends with it.
    func lines() -> [String] {
        harness.settle()
        writer.close()
        return LogFile.lines(directory.file("access.log"))
    }

    /// The lines of a client that sends `request` and reads one answer.
    func lines(_ request: String, hasBody: Bool = true) throws -> [String] {
        try lines(Array(request.utf8), hasBody: hasBody)
    }

    func lines(_ request: [UInt8], hasBody: Bool = true) throws -> [String] {
        let client = try harness.connect()
        client.send(request)
        _ = harness.reply(client, hasBody: hasBody)
        return lines()
    }
}

enum LogFile {
    /// All that is in a pipe now.
    static func drain(_ pipe: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(pipe, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func lines(_ path: String) -> [String] {
        String(decoding: FileContent.bytes(of: path) ?? [], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
