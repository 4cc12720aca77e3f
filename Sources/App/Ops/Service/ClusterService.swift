import Logging
import Queue

/// The service on Redis, RabbitMQ and a database: started and taken down in order.
///
/// Stop: listeners and loops first, which the publisher still serves; then the workers, each with what it has in hand;
/// the cache keeper when nobody is left who could ask it for anything.
struct ClusterService {
    let process: ServiceProcess
    let cluster: ClusterConfiguration
    let roles: ClusterComponents.Roles

    /// Until SIGTERM or SIGINT; returns the exit status.
    func run() -> Int32 {
        let topology = cluster.topology
        return process.run(
            as: roles.name,
            [
                "queue": "\(topology.name)", "partitions": "\(topology.partitions)",
                "cache": cluster.redis == nil ? "off" : "on",
            ]
        ) { try process.serve(ClusterComponents(process, cluster, roles: roles)) }
    }
}
