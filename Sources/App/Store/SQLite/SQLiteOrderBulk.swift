import Orders
import Reactor

/// Inserts new orders many rows a statement. That halves what SQLite needs for one order: it opens and closes its
/// cursors once for all of them.
///
/// Only for orders that are expected to be new. One that is there already fails the statement, and the transaction
/// begins anew with each job alone.
final class SQLiteOrderBulk {
    /// Rows of one statement; with more of them a row gets no cheaper.
    static let rows = 32

    private let insertOrders: SQLiteStatement
    private let insertItems: SQLiteStatement
    /// The texts of the order ids of one statement, which reads them here. It never grows, since the statement has
    /// pointers into it.
    private var ids = ByteBuffer(capacity: SQLiteOrderBulk.rows * UUID.textLength)

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        let values = Array(repeating: "(?, ?, ?)", count: Self.rows).joined(separator: ", ")
        insertOrders = try SQLiteStatement(
            connection, "INSERT INTO orders (id, customer_name, status) VALUES \(values)")
        insertItems = try SQLiteStatement(
            connection, "INSERT INTO order_items (order_id, item_name, quantity) VALUES \(values)")
    }

    /// Inserts the orders of ``rows`` create jobs without their items.
    func insertOrders(_ jobs: ArraySlice<Int>, of batch: borrowing JobBatch) throws(SQLiteError) {
        precondition(jobs.count == Self.rows)
        let text = batch.text.bytes
        ids.removeAll()
        for index in jobs { ids.append(batch.jobs[index].orderID) }
        for (index, number) in jobs.enumerated() {
            let job = batch.jobs[number]
            precondition(job.kind == .createOrder)
            let parameter = Int32(3 * index)
            try insertOrders.bind(parameter + 1, text: id(index))
            try insertOrders.bind(parameter + 2, text: job.customerName.of(text))
            try insertOrders.bind(parameter + 3, text: job.status.of(text))
        }
        try insertOrders.run()
    }

    /// Inserts the items of `jobs`, in their order, as long as there are ``rows`` of them. Returns the place in `jobs`
    /// and the item from which on the caller has to insert the rest; nil when none is left.
    func insertItems(
        _ jobs: ArraySlice<Int>, of batch: borrowing JobBatch
    ) throws(SQLiteError) -> (place: Int, item: Int)? {
        var gathered = 0
        var first = (place: jobs.startIndex, item: 0)
        ids.removeAll()
        for place in jobs.indices {
            let index = jobs[place]
            for item in batch.jobs[index].items {
                if gathered == 0 { first = (place, item) }
                ids.append(batch.jobs[index].orderID)
                try bind(batch.items[item], batch.text.bytes, row: gathered)
                gathered += 1
                guard gathered == Self.rows else { continue }
                try insertItems.run()
                gathered = 0
                ids.removeAll()
            }
        }
        return gathered > 0 ? first : nil
    }

    private func bind(_ item: OrderItem, _ text: UnsafeRawBufferPointer, row: Int) throws(SQLiteError) {
        let parameter = Int32(3 * row)
        try insertItems.bind(parameter + 1, text: id(row))
        try insertItems.bind(parameter + 2, text: item.name.of(text))
        try insertItems.bind(parameter + 3, Int64(item.quantity))
    }

    private func id(_ row: Int) -> UnsafeRawBufferPointer {
        ByteRange(start: row * UUID.textLength, count: UUID.textLength).of(ids.bytes)
    }
}

@available(*, unavailable)
extension SQLiteOrderBulk: Sendable {}
