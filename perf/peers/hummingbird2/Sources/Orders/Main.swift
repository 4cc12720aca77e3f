import Foundation
import Hummingbird
import Logging

@main
struct Main {
    static func main() async throws {
        let environment = Environment()
        let logger = Logger(label: "orders")
        let rabbitMQ = RabbitMQSettings(
            host: environment.get("RABBITMQ_HOST") ?? "localhost",
            port: environment.get("RABBITMQ_PORT", as: Int.self) ?? 5672,
            user: environment.get("RABBITMQ_USER") ?? "guest",
            password: environment.get("RABBITMQ_PASSWORD") ?? "guest",
            queue: environment.get("RABBITMQ_QUEUE_NAME") ?? "order_write_jobs")
        let redis = environment.get("REDIS_URL").flatMap(URLComponents.init(string:))
        let cache = OrderCache(
            redis: Redis(host: redis?.host ?? "localhost", port: redis?.port ?? 6379),
            acceptedSeconds: environment.get("TEMP_ORDER_CACHE_TTL", as: Int.self) ?? 60,
            appliedSeconds: environment.get("ORDERS_CACHE_TTL", as: Int.self) ?? 30)
        let database = environment.get("DATABASE_URL") ?? "sqlite:///database.db"
        let store = try OrderStore(path: String(database.trimmingPrefix("sqlite:///")))

        let router = Router()
        router.add(middleware: ErrorMiddleware())
        router.get("health") { _, _ in ["status": "ok"] }
        OrderController(cache: cache, store: store, publisher: JobPublisher(rabbitMQ)).addRoutes(to: router)

        let host = environment.get("HOST") ?? "127.0.0.1", port = environment.get("PORT", as: Int.self) ?? 8080
        var application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            logger: logger)
        application.addServices(
            JobWorkers(
                count: environment.get("WORKER_COUNT", as: Int.self) ?? 4,
                lag: .milliseconds(environment.get("DB_WRITE_LAG_MS", as: Int.self) ?? 300),
                rabbitMQ: rabbitMQ, store: store, cache: cache, logger: logger))
        try await application.runService()
    }
}
