import Orders

// What became of a step.
extension Book {
    /// Whether the POST of `order` is decided: acknowledged, or refused at its first attempt.
    func isDecided(_ order: Int) -> Bool {
        withState { state in
            let record = state.ledger.orders[order]
            return record.id != nil || record.writes[0].fate == .refused
        }
    }

    /// - Parameter isRetry: the pool doesn't wait for it any more.
    func created(_ order: Int, _ outcome: WriteOutcome, isRetry: Bool = false) {
        withState { state in
            var isUsable = false
            switch outcome {
            case .accepted(let id):
                state.note(.created(order: order, id: id))
                isUsable = true
            case .refused, .gone: state.note(.refused(order: order, write: 0))
            case .unknown(let fate): state.note(.unknown(order: order, write: 0, fate))
            case .wrong(let sentence):
                state.note(.unknown(order: order, write: 0, .open))
                state.ledger.noteWrong(order, sentence)
            }
            if !isRetry {
                state.pool.created(isUsable ? order : nil)
            } else if isUsable {
                state.pool.retire(order)
            }
        }
    }

    /// 501: the service works without the cache that keys need.
    func refusesKeys() { withState { $0.hasNoKeys = true } }

    func repeated(_ order: Int, _ outcome: WriteOutcome) {
        withState { state in
            switch outcome {
            case .accepted(let id): state.note(.created(order: order, id: id))
            case .wrong(let sentence):
                state.ledger.noteWrong(order, sentence)
            case .refused, .gone, .unknown: break
            }
        }
    }

    func wrote(_ order: Int, write: Int, _ outcome: WriteOutcome) {
        withState { state in
            let record = state.ledger.orders[order]
            let isDelete = record.writes[write].change == .delete
            var isLast = write + 1 >= Self.maxWritesOfOrder
            switch outcome {
            case .accepted(let id):
                state.note(.acknowledged(order: order, write: write))
                isLast = isLast || isDelete
                if id != record.id {
                    state.ledger.noteWrong(order, "a 202 for order \(id)")
                }
            case .refused: state.note(.refused(order: order, write: write))
            case .gone(let status):
                state.note(.refused(order: order, write: write))
                if status == 409 {
                    state.ledger.noteWrong(order, "409, and no delete was sent before")
                }
            case .unknown(let fate):
                state.note(.unknown(order: order, write: write, fate))
                // What is still under way might rightly be taken behind the next write. And whoever patches an order
                // that may have been deleted can't expect anything.
                isLast = isLast || isDelete || fate == .open
            case .wrong(let sentence):
                state.note(.unknown(order: order, write: write, .open))
                state.ledger.noteWrong(order, sentence)
                isLast = true
            }
            state.pool.wrote(order, isLast: isLast)
        }
    }

    /// What a read showed that began when `asked` was the floor.
    func showed(_ order: Int, _ shown: ShownState, asked: OrderRecord.Floor, isUnsure: Bool, from url: String) {
        withState { state in
            let now = state.now
            let news = state.ledger.judge(shown, of: order, asked: asked, isUnsure: isUnsure, from: url, at: now)
            if let news { state.keep(news, at: now) }
        }
    }

    func readWasRefused() { withState { $0.ledger.noteRefusedRead() } }
}
