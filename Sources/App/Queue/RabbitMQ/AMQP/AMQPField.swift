/// An entry of an AMQP table: a queue argument or a message header.
package struct AMQPField: Equatable, Sendable {
    var name: String
    var value: AMQPValue
}

package indirect enum AMQPValue: Equatable, Sendable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    /// Seconds since 1970.
    case timestamp(UInt64)
    case table([AMQPField])
    case list([AMQPValue])
    /// A value of a type that nothing here needs.
    case other
}

extension [AMQPField] {
    /// The first value of that name.
    package func value(_ name: String) -> AMQPValue? { first { $0.name == name }?.value }

    package func text(_ name: String) -> String? {
        if case .text(let text) = value(name) { return text }
        return nil
    }

    package func integer(_ name: String) -> Int64? {
        if case .integer(let number) = value(name) { return number }
        return nil
    }
}
