extension Ledger {
    /// A sentence that names the order and its last writes.
    func about(_ order: Int, _ what: String) -> String {
        let record = orders[order]
        let id = record.id.map { "\($0)" } ?? "of unknown id"
        return "order \(order) \(id) (\(ProveOrder.prefix(run))\(order)): \(what); written: \(record.history)"
    }

    func about(_ order: Int, _ finding: Finding, from url: String, at now: Int) -> String {
        about(order, "\(url) showed \(finding.sentence), at \(now) ms")
    }
}

extension OrderRecord {
    private static let toldWrites = 4

    /// The newest writes, with their times in milliseconds.
    var history: String {
        writes.enumerated().suffix(Self.toldWrites).map { number, write in
            let fate =
                switch write.fate {
                case .inFlight: "in flight"
                case .acknowledged: "acknowledged"
                case .refused: "refused"
                case .unknown(let unknown): "unknown (\(unknown.rawValue))"
                }
            let answered = write.answered.map { "\($0)" } ?? "?"
            return "\(number) \(write.change.rawValue) \(fate) \(write.sent)...\(answered) ms"
        }.joined(separator: ", ")
    }
}
