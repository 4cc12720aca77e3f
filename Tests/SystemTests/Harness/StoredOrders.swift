/// The orders in a database, read past the service.
protocol StoredOrders {
    /// Orders by id, each with its items in the order of their ids, as they were at one moment. Throws for an id that
    /// is there twice, and for an item of no order.
    func orders() throws -> [String: TestOrder]

    func count() throws -> Int

    /// The order in which the list has to show them.
    func idsNewestFirst() throws -> [String]
}
