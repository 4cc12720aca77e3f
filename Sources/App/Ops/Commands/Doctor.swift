import Logging
import Queue
import Reactor
import Store

/// Asks everything that the service depends on whether it answers.
struct Doctor: Sendable {
    struct Finding: Sendable {
        /// Redis, RabbitMQ, or the database.
        let name: String
        /// Without secrets.
        let place: String
        /// nil: it answers.
        let failure: String?
    }

    let database: DatabaseLocation
    /// nil: the embedded service, which has the database alone.
    let cluster: ClusterConfiguration?

    /// One finding for each; a server that doesn't answer takes some seconds.
    func examine() -> [Finding] {
        var findings: [Finding] = []
        if let cluster {
            if let redis = cluster.redis {
                findings.append(
                    Finding(name: "redis", place: redis.address, failure: RedisProbe.failure(of: redis)))
            }
            findings.append(
                Finding(name: "rabbitmq", place: cluster.broker.address, failure: Self.failure(of: cluster.broker)))
        }
        findings.append(Finding(name: "database", place: database.place, failure: database.failure()))
        return findings
    }

    /// One log line each, as the replaced service has them at its start.
    func report(to logger: Logger) {
        for finding in examine() {
            if let failure = finding.failure {
                logger.error(
                    "\(finding.name) does not answer", metadata: ["at": "\(finding.place)", "reason": "\(failure)"])
            } else {
                logger.notice("\(finding.name) answers", metadata: ["at": "\(finding.place)"])
            }
        }
    }

    private static func failure(of broker: BrokerEndpoint) -> String? {
        let watchdog = Watchdog()
        do throws(AMQPError) {
            try AMQPConnection.open(broker, name: "spillway doctor", watchdog: watchdog).close()
            return nil
        } catch {
            return error.description
        }
    }
}

/// Connects to a Redis once.
private final class RedisProbe: RedisObserver {
    private var state: RedisState?

    static func failure(of endpoint: RedisEndpoint) -> String? {
        do {
            let loop = try EventLoop()
            let probe = RedisProbe()
            let client = try RedisClient(loop: loop, endpoint: endpoint, observer: probe)
            client.start()
            let end = Deadline.now().advanced(byMilliseconds: 5_000)
            while probe.state == nil && .now() < end { loop.turn(longestWaitMilliseconds: 100) }
            client.close()
            loop.turn(longestWaitMilliseconds: 0)
            switch probe.state {
            case .connected: return nil
            case .down(let reason): return reason
            case nil: return "timed out"
            }
        } catch {
            return "\(error)"
        }
    }

    func redisStateChanged(_ state: RedisState) { self.state = self.state ?? state }
}
