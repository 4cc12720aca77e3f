import Reactor

/// Writes a JSON object member by member, with commas where they belong.
///
/// For what is written now and then: answers about the service, events of the dashboard, lines of the log. What every
/// order passes through (``OrderJSON``, ``JobEncoding``) is written by hand.
///
///     buffer.appendJSONObject { json in
///         json.member("status", "ready")
///         json.array("reads") { json in
///             for read in reads { json.object { $0.member("total", read.total) } }
///         }
///     }
package struct JSONWriter: ~Copyable {
    private enum Container {
        case object, array
    }

    private var buffer: ByteBuffer
    private var container = Container.array
    /// Whether something stands before the next value in its container.
    private var needsComma = false

    fileprivate init(_ buffer: consuming ByteBuffer) { self.buffer = buffer }

    fileprivate consuming func finish() -> ByteBuffer { buffer }

    // MARK: Members of an object

    /// `name` holds nothing that needs an escape.
    package mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        begin(name)
        value.appendJSON(to: &buffer)
    }

    /// A member whose name is known at run time alone.
    package mutating func member(named name: some JSONText, _ value: some JSONWritable) {
        begin(named: name)
        value.appendJSON(to: &buffer)
    }

    package mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        begin(name)
        enclose(.object, members)
    }

    package mutating func object(named name: some JSONText, _ members: (inout JSONWriter) -> Void) {
        begin(named: name)
        enclose(.object, members)
    }

    package mutating func array(_ name: StaticString, _ elements: (inout JSONWriter) -> Void) {
        begin(name)
        enclose(.array, elements)
    }

    // MARK: Elements of an array

    package mutating func object(_ members: (inout JSONWriter) -> Void) {
        precondition(container == .array, "a member has a name")
        separate()
        enclose(.object, members)
    }

    // MARK: Punctuation

    private mutating func begin(_ name: StaticString) {
        precondition(container == .object, "an element has no name")
        separate()
        buffer.append(byte: UInt8(ascii: "\""))
        buffer.append(name)
        buffer.append("\":")
    }

    private mutating func begin(named name: some JSONText) {
        precondition(container == .object, "an element has no name")
        separate()
        name.appendJSON(to: &buffer)
        buffer.append(byte: UInt8(ascii: ":"))
    }

    private mutating func separate() {
        if needsComma { buffer.append(byte: UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func enclose(_ inner: Container, _ write: (inout JSONWriter) -> Void) {
        let outer = container
        container = inner
        needsComma = false
        buffer.append(byte: inner == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        write(&self)
        buffer.append(byte: inner == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        container = outer
        needsComma = true
    }
}

extension ByteBuffer {
    /// Appends a JSON object, whose members `members` writes.
    package mutating func appendJSONObject(_ members: (inout JSONWriter) -> Void) {
        var json = JSONWriter(self)
        json.object(members)
        self = json.finish()
    }
}
