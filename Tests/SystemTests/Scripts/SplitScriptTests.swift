import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("start_services.sh and stop_services.sh on the cluster") struct SplitScriptTests {
        private let port = FreePort.next()

        private func scripts(_ deployment: Deployment, _ settings: [String: String]) throws -> ServiceScripts {
            let own = ["HOST": "127.0.0.1", "PORT": "\(port)", "DB_WRITE_LAG_MS": "0"].merging(settings) { $1 }
            return ServiceScripts(deployment.environment(own), in: deployment.directory)
        }

        @Test("With SPLIT_WORKERS the API and the workers are processes of their own, which start and stop together")
        func split() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let scripts = try scripts(deployment, ["SPLIT_WORKERS": "true"])
            let start = try scripts.start()
            #expect(start.end == .exited(0), "\(start)")
            let (api, worker) = (try #require(scripts.pid("server")), try #require(scripts.pid("worker_1")))
            #expect(scripts.command(of: api) == "api" && scripts.command(of: worker) == "worker")
            let client = HTTPClient(port: port)
            #expect(try client.create(TestOrder(customer: "Ada")).status == 202)
            let stored = try deployment.stored()
            #expect(try eventually { try stored.count() == 1 }, "\(scripts.log("worker_1"))")

            // What has died is started again, and nothing else.
            kill(worker, SIGKILL)
            #expect(eventually { scripts.command(of: worker) == nil })
            let again = try scripts.start()
            #expect(again.end == .exited(0) && again.output.contains("server runs already (pid \(api))"), "\(again)")
            let second = try #require(scripts.pid("worker_1"))
            #expect(second != worker && scripts.command(of: second) == "worker" && scripts.pid("server") == api)
            let all = try scripts.start()
            #expect(all.end == .exited(0) && all.output.contains("worker_1 runs already (pid \(second))"), "\(all)")

            for name in ["server", "worker_1"] {
                for dependency in Dependency.allCases {
                    let isNamed = eventually {
                        // Of the second worker: a start does not wait until it has said something.
                        let starts = scripts.log(name).split(separator: "\n").split { $0.contains(" starting ") }
                        let lines = starts.count == (name == "server" ? 1 : 2) ? starts.last ?? [] : []
                        return lines.contains { dependency.isNamed(in: $0) && $0.contains(" answers ") }
                    }
                    #expect(isNamed, "\(name) \(dependency): \(scripts.log(name))")
                }
            }
            #expect(try scripts.stop().end == .exited(0))
            #expect(scripts.command(of: api) == nil && scripts.command(of: second) == nil)
            #expect(!scripts.has("server.pid") && !scripts.has("worker_1.pid"))
            // The API has ended before the workers are told to.
            let stopped = try #require(scripts.log("server").split(separator: "\n").last { $0.contains(" stopped") })
            let stopping = try #require(
                scripts.log("worker_1").split(separator: "\n").last { $0.contains(" stopping") })
            #expect(stopped.prefix(24) <= stopping.prefix(24))
        }

        @Test("A start that doesn't become ready says what is missing, and leaves the service trying")
        func notReady() throws {
            let deployment = try Deployment(.clusterSQLite)
            let nobody = FreePort.next()
            let scripts = try scripts(deployment, ["RABBITMQ_PORT": "\(nobody)", "START_TIMEOUT_SECONDS": "5"])
            let start = try scripts.start()
            #expect(start.end == .exited(1) && start.errors.contains("is not ready after 5 seconds"), "\(start)")
            #expect(Dependency.rabbitMQ.isNamed(in: start.errors), "\(start)")
            let pid = try #require(scripts.pid("server"))
            #expect(scripts.command(of: pid) == "serve")
            #expect(try scripts.stop().end == .exited(0))
        }

        @Test("When one half dies at the start, the other is taken down, and the log of the dead one is shown")
        func halfDead() throws {
            let deployment = try Deployment(.clusterSQLite)
            let scripts = try scripts(deployment, ["SPLIT_WORKERS": "yes"])
            let start = try scripts.start("--max-body-bytes", "x")
            #expect(start.end == .exited(1) && start.errors.contains("MAX_BODY_BYTES=x: expected"), "\(start)")
            #expect(!scripts.has("server.pid") && !scripts.has("worker_1.pid"))
            for (flag, value) in [("--embedded", "true"), ("", "perhaps")] {
                let wrong = try scripts.start(flag, settings: ["SPLIT_WORKERS": value])
                #expect(wrong.end == .exited(1) && wrong.errors.contains("SPLIT_WORKERS"), "\(wrong)")
            }
        }
    }
}
