import Orders

/// The next request of a client. Whoever got it has to say what became of it.
enum LoadStep: Sendable {
    case create(order: Int, isKeyed: Bool)
    /// Of an order whose creation was acknowledged, with its key once more.
    case repeatCreation(order: Int)
    case write(order: Int, id: UUID, write: Int, Change)
    case read(order: Int, id: UUID, asked: OrderRecord.Floor)

    /// - Parameter run: the name of the run.
    func request(run: String) -> HTTPRequest {
        switch self {
        case .create(let order, let isKeyed): .create(ProveOrder(run: run, number: order), isKeyed: isKeyed)
        case .repeatCreation(let order): .create(ProveOrder(run: run, number: order), isKeyed: true)
        case .write(_, let id, let write, .patch): .patch(id, write: write)
        case .write(_, let id, _, _): .delete(id)
        case .read(_, let id, _): .read(id)
        }
    }
}
