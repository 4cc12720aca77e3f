package import Metrics

extension RouteLabel {
    /// HEAD counts as GET.
    package init(_ operation: Operation) { self.init(number: operation.rawValue + 1) }

    /// OPTIONS of whatever path.
    package static let options = RouteLabel(number: UInt8(Operation.allCases.count) + 1)

    /// A path or a method that isn't known.
    static let unknown = RouteLabel(number: UInt8(Operation.allCases.count) + 2)

    /// What metrics call the labels, by ``number``.
    package static let names: [String] =
        ["unreadable"] + Operation.allCases.map { $0.route.name } + ["OPTIONS", "unknown"]
}
