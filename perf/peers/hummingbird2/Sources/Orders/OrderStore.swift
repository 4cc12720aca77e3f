import GRDB

/// The orders in the database.
struct OrderStore: Sendable {
    struct MissingOrder: Error {
        let id: String
    }

    private let database: DatabasePool

    init(path: String) throws {
        database = try DatabasePool(path: path)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("orders") { database in
            try database.create(table: "orders", options: .ifNotExists) { table in
                table.primaryKey("id", .text)
                table.column("customer_name", .text).notNull()
                table.column("status", .text).notNull()
                table.column("created_at", .integer).notNull().indexed()
            }
            try database.create(table: "order_items", options: .ifNotExists) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("item_name", .text).notNull()
                table.column("quantity", .integer).notNull()
                table.column("order_id", .text).notNull().indexed().references("orders", onDelete: .cascade)
            }
        }
        try migrator.migrate(database)
    }

    func find(_ id: String) async throws -> Order? {
        try await database.read { try Self.find(id, $0) }
    }

    func newest(_ limit: Int) async throws -> OrderList {
        try await database.read { database in
            let request = OrderRow.order(OrderRow.Columns.createdAt.desc, OrderRow.Columns.id).limit(limit)
            let rows = try OrderWithItems.fetchAll(database, request.including(all: OrderRow.items))
            return OrderList(total: try OrderRow.fetchCount(database), orders: rows.map(\.asOrder))
        }
    }

    /// The order as it is then; nil when it was deleted.
    func apply(_ job: Job) async throws -> Order? {
        try await database.write { database in
            switch job.write {
            case .create(let order):
                // A job may come twice.
                if try !OrderRow.exists(database, key: order.id) {
                    try Self.insert(order, job.enqueuedAtMilliseconds, database)
                }
            case .updateStatus(let update):
                guard var row = try OrderRow.fetchOne(database, key: update.id) else {
                    throw MissingOrder(id: update.id)
                }
                row.status = update.status
                try row.update(database)
            case .delete(let deletion):
                guard try OrderRow.deleteOne(database, key: deletion.id) else { throw MissingOrder(id: deletion.id) }
            }
            return try Self.find(job.orderID, database)
        }
    }

    private static func find(_ id: String, _ database: Database) throws -> Order? {
        try OrderWithItems.fetchOne(database, OrderRow.filter(key: id).including(all: OrderRow.items))?.asOrder
    }

    private static func insert(_ order: Order, _ createdAt: Int64, _ database: Database) throws {
        let row = OrderRow(id: order.id, customerName: order.customerName, status: order.status, createdAt: createdAt)
        try row.insert(database)
        for item in order.items {
            try ItemRow(id: nil, itemName: item.name, quantity: item.quantity, orderId: order.id).insert(database)
        }
    }
}

private struct OrderRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "orders"
    static let databaseColumnDecodingStrategy = DatabaseColumnDecodingStrategy.convertFromSnakeCase
    static let databaseColumnEncodingStrategy = DatabaseColumnEncodingStrategy.convertToSnakeCase
    static let items = hasMany(ItemRow.self).forKey("items").order(Column("id"))

    enum Columns {
        static let id = Column("id")
        static let createdAt = Column("created_at")
    }

    var id: String
    var customerName: String
    var status: String
    var createdAt: Int64
}

private struct ItemRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "order_items"
    static let databaseColumnDecodingStrategy = DatabaseColumnDecodingStrategy.convertFromSnakeCase
    static let databaseColumnEncodingStrategy = DatabaseColumnEncodingStrategy.convertToSnakeCase

    var id: Int64?
    var itemName: String
    var quantity: Int
    var orderId: String
}

private struct OrderWithItems: Decodable, FetchableRecord {
    var order: OrderRow
    var items: [ItemRow]

    var asOrder: Order {
        Order(
            id: order.id, customerName: order.customerName, status: order.status,
            items: items.map { OrderItem(name: $0.itemName, quantity: $0.quantity) })
    }
}
