import CRabbitMQ
import Dispatch
import NIOCore

struct RabbitMQError: Error {
    let action: String
    let reason: String
}

struct RabbitMQSettings: Sendable {
    var host: String
    var port: Int
    var user: String
    var password: String
    var queue: String
}

/// A connection with one channel, and the queue declared. librabbitmq blocks: it belongs to an actor with a thread of
/// its own.
final class RabbitMQConnection {
    static let channel: amqp_channel_t = 1
    let state: amqp_connection_state_t

    init(_ settings: RabbitMQSettings) throws {
        guard let state = amqp_new_connection() else { throw RabbitMQError(action: "connect", reason: "no memory") }
        self.state = state
        let socket = amqp_tcp_socket_new(state)
        var seconds = timeval(tv_sec: 5, tv_usec: 0)
        try check(amqp_socket_open_noblock(socket, settings.host, Int32(settings.port), &seconds), "connect")
        try check(crabbitmq_login(state, settings.user, settings.password), "log in")
        amqp_channel_open(state, Self.channel)
        try check(amqp_get_rpc_reply(state), "open a channel")
        try settings.queue.withAMQPBytes { queue in
            amqp_queue_declare(state, Self.channel, queue, 0, 1, 0, 0, amqp_empty_table)
            try check(amqp_get_rpc_reply(state), "declare the queue")
        }
    }

    deinit {
        amqp_destroy_connection(state)
    }

    var hasRead: Bool {
        amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0
    }

    func check(_ status: Int32, _ action: String) throws {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw RabbitMQError(action: action, reason: String(cString: amqp_error_string2(status)))
    }

    func check(_ reply: amqp_rpc_reply_t, _ action: String) throws {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_LIBRARY_EXCEPTION: try check(reply.library_error, action)
        default: throw RabbitMQError(action: action, reason: "refused by the server")
        }
    }
}

/// A thread for an actor whose calls block, so that they hold up no thread of the concurrency pool.
final class BlockingExecutor: SerialExecutor {
    let queue: DispatchQueue

    init(_ label: String) {
        queue = DispatchQueue(label: label)
    }

    func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}

extension String {
    func withAMQPBytes<Result>(_ body: (amqp_bytes_t) throws -> Result) rethrows -> Result {
        try ByteBuffer(string: self).withAMQPBytes(body)
    }
}

extension ByteBuffer {
    func withAMQPBytes<Result>(_ body: (amqp_bytes_t) throws -> Result) rethrows -> Result {
        try withUnsafeReadableBytes { bytes in
            try body(amqp_bytes_t(len: bytes.count, bytes: UnsafeMutableRawPointer(mutating: bytes.baseAddress)))
        }
    }

    init(_ bytes: amqp_bytes_t) {
        self.init(bytes: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}
