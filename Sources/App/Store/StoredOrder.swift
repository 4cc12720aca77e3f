package import Orders

/// What the database has of an order.
package enum StoredOrder: Equatable, Sendable {
    /// A state of this version.
    case found(OrderVersion)
    /// None. All states up to this version are gone, since the order was deleted then, or all were by a reset. It is
    /// ``OrderVersion/none`` when nothing is known of the order: its creation may still come.
    case missing(since: OrderVersion)

    /// - Parameters:
    ///   - deleted: the version of its delete.
    ///   - reset: that of the last reset; both are none where there was none.
    static func missing(_ id: UUID, deleted: OrderVersion, reset: OrderVersion) -> StoredOrder {
        let creation = OrderVersion(ofCreation: id)
        return .missing(since: max(deleted, creation > .none && creation <= reset ? reset : .none))
    }
}
