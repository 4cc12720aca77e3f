import Glibc
import Testing

@testable import Reactor

/// Says what it is told to, whatever it is asked.
final class ScriptedRedis {
    static let runID = "0123456789012345678901234567890123456789"
    /// What a primary answers to a handshake without password, database and scripts.
    static let greeting =
        ":17\r\n$51\r\nrun_id:\(runID)\r\n\r\n\r\n"
        + "$69\r\nrole:master\r\nmaster_replid:abcdefabcdefabcdefabcdefabcdefabcdefabcd\r\n\r\n+PONG\r\n"

    private let listener: Listener
    private var connection: FileDescriptor?

    init() throws { listener = try Listener(host: "127.0.0.1", port: 0) }

    /// A client that this server has greeted.
    func greet(fence: RedisFence = RedisFence()) throws -> RedisHarness {
        let harness = try RedisHarness(RedisEndpoint(host: "127.0.0.1", port: listener.port), fence: fence)
        harness.client.start()
        var peer = sockaddr_storage()
        let isThere = harness.turn {
            if case .accepted(let raw) = listener.accept(peer: &peer) { connection = FileDescriptor(owning: raw) }
            return connection != nil
        }
        precondition(isThere, "nobody connects")
        say(Self.greeting)
        precondition(harness.turn { harness.client.isConnected }, "\(harness.observer.states)")
        return harness
    }

    func say(_ text: String) {
        guard let descriptor = connection?.raw else { preconditionFailure("nobody is there") }
        let bytes = Array(text.utf8)
        let sent = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        precondition(sent == bytes.count, "send: errno \(errno)")
    }
}
