import Orders

extension OrderRecord {
    /// Holds what a read showed against `asked`, the floor of the moment in which the read began.
    func finding(_ shown: ShownState, run: String, asked: Floor) -> Finding {
        switch shown {
        case .other(let sentence): return .wrong(sentence)
        case .nothing:
            guard let delete = lastDelete else { return .missing }
            return compare(delete, isGone: true, asked: asked, "404")
        case .order(let order):
            if let sentence = difference(order, run: run) { return .wrong(sentence) }
            if order.status == "deleting" {
                guard let delete = lastDelete else { return .wrong("it is being deleted, and no delete was sent") }
                return compare(delete, isGone: false, asked: asked, "deleting")
            }
            guard let write = ProveOrder.write(ofStatus: order.status), writes.indices.contains(write),
                writes[write].change != .delete
            else { return .wrong("status \(order.status), which was never sent") }
            guard writes[write].fate != .refused else {
                return .wrong("status \(order.status), of which the service said that nothing was stored")
            }
            return compare(write, isGone: false, asked: asked, "status \(order.status)")
        }
    }

    private func compare(_ write: Int, isGone: Bool, asked: Floor, _ what: String) -> Finding {
        let isOlder = write < asked.write || (write == asked.write && asked.isGone && !isGone)
        guard isOlder else { return .fits(write: write, isGone: isGone) }
        let expected = asked.isGone ? "gone" : "write \(asked.write) (\(writes[asked.write].change.rawValue))"
        let sentence = "\(what), which is write \(write), and it was \(expected) before"
        guard case .unknown = writes[write].fate, !writes[write].isSeen, write < asked.write else {
            return .older(sentence)
        }
        return .late("\(sentence); nobody knew whether that write was accepted")
    }

    /// A sentence about what is not as it was written, whatever the status.
    private func difference(_ order: ShownOrder, run: String) -> String? {
        let expected = ProveOrder(run: run, number: number)
        if let id, order.id != id { return "the id \(order.id.map { "\($0)" } ?? "of none")" }
        if order.customer != expected.customer { return "the customer \(order.customer)" }
        return order.items == expected.items ? nil : "the items \(order.items.map { "\($0.name) x \($0.quantity)" })"
    }

    /// Holds what one walk through the list found under the order's customer against what is known now.
    func finding(listed: [ShownOrder], run: String) -> Finding {
        if listed.count > 1 {
            return .doubled("listed as \(listed.map { $0.id.map { "\($0)" } ?? "?" }.joined(separator: " and "))")
        }
        guard let order = listed.first else {
            // Nobody was told of it, and it isn't there.
            guard id != nil else { return .fits(write: floor.write, isGone: false) }
            return finding(.nothing, run: run, asked: floor)
        }
        if let id, let other = order.id, other != id {
            return .doubled("listed as \(other), and the answer named \(id)")
        }
        guard writes[0].fate != .refused else {
            return .wrong("listed as \(order.id.map { "\($0)" } ?? "?"), and its creation was refused")
        }
        return finding(.order(order), run: run, asked: floor)
    }
}
