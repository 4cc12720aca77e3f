import TestServers

/// Another program at the broker, in another language and with another library: pika, as the replaced service had it.
struct OtherAMQPClient: Sendable {
    struct Failure: Error {
        let description: String
    }

    /// A message as this client sees it.
    struct Message: Sendable {
        let body: String
        /// `content_type`, `delivery_mode`, `message_id`; `.null` for what is not set.
        let properties: JSON
        let headers: JSON
    }

    var host = "127.0.0.1"
    let port: UInt16
    let user: String
    let password: String
    var virtualHost = "/"

    /// Persistent messages, one after the other, without anything else said about them but `contentType` and `headers`,
    /// a JSON object. They are confirmed by the broker.
    func publish(
        _ bodies: [String], contentType: String? = nil, headers: String = "{}", to queue: String
    ) throws {
        _ = try run(["publish", queue, contentType ?? "", headers] + bodies)
    }

    /// As the replaced service declares its queue.
    func declare(_ queue: String) throws { _ = try run(["declare", queue]) }

    /// What waits in a queue, oldest first. It stays there.
    func messages(in queue: String) throws -> [Message] {
        guard let messages = try run(["read", queue]).array else { throw Failure(description: "no list") }
        return try messages.map { message in
            guard let body = message["body"]?.text, let properties = message["properties"],
                let headers = message["headers"]
            else { throw Failure(description: "no message: \(message)") }
            return Message(body: body, properties: properties, headers: headers)
        }
    }

    /// How many messages wait in each of `queues` and are in nobody's hands; nil for one that does not exist.
    func waiting(in queues: [String]) throws -> [Int?] {
        guard let counts = try run(["count"] + queues).array else { throw Failure(description: "no list") }
        return counts.map(\.integer)
    }

    private func run(_ arguments: [String]) throws -> JSON {
        let process = try ChildProcess(
            "/usr/bin/python3", ["-c", Self.script, host, "\(port)", user, virtualHost] + arguments,
            environment: ["PASSWORD": password])
        let end = process.waitForEnd(within: 60)
        guard end == .exited(0), let text = process.output.wholeText(), let answer = JSON(Array(text.utf8)) else {
            throw Failure(description: "\(arguments.prefix(2)): \(process.errors.wholeText() ?? "no end")")
        }
        return answer
    }

    private static let script = """
        import json, os, sys, pika
        from pika.exceptions import ChannelClosedByBroker
        host, port, user, vhost, command, *rest = sys.argv[1:]
        connection = pika.BlockingConnection(pika.ConnectionParameters(
            host, int(port), vhost, pika.PlainCredentials(user, os.environ["PASSWORD"])))
        channel = connection.channel()
        result = None
        if command == "declare":
            channel.queue_declare(queue=rest[0], durable=True)
        elif command == "publish":
            channel.confirm_delivery()
            properties = pika.BasicProperties(delivery_mode=2, content_type=rest[1] or None,
                headers=json.loads(rest[2]) or None)
            for body in rest[3:]:
                channel.basic_publish("", rest[0], body.encode(), properties, mandatory=True)
        elif command == "count":
            result = []
            for queue in rest:
                try:
                    result.append(channel.queue_declare(queue, passive=True).method.message_count)
                except ChannelClosedByBroker:
                    channel = connection.channel()
                    result.append(None)
        elif command == "read":
            # What was got and not acknowledged goes back when the connection closes.
            result = []
            while True:
                method, properties, body = channel.basic_get(rest[0])
                if method is None:
                    break
                result.append({
                    "body": body.decode(), "headers": properties.headers or {}, "properties": {
                        "content_type": properties.content_type, "delivery_mode": properties.delivery_mode,
                        "message_id": properties.message_id}})
        connection.close()
        print(json.dumps(result, default=str))
        """
}
