/// The format of the access log's lines, written as gunicorn writes it, and compiled once.
///
/// What only the request knows is rendered when it begins, because its bytes are gone when the answer comes. So a line
/// is a run of pieces known then, an atom of the answer, the next run, and so on: ``runs`` has one more than ``atoms``.
package struct AccessLogFormat: Equatable, Sendable {
    /// Why a text is no format.
    package struct Malformed: Error, Equatable { package let reason: String }

    /// What is known when a request begins.
    enum Piece: Equatable, Sendable {
        case literal([UInt8])
        case value(RequestAtom, Place)
    }

    enum RequestAtom: Equatable, Sendable {
        case peer, user, requestLine, method, path, query, version
        /// The name of a header, in lower case.
        case header([UInt8])
    }

    /// What only the answer tells.
    enum AnswerAtom: Equatable, Sendable {
        case time, status, bodyBytes, bodyBytesOrDash
        case seconds, milliseconds, microseconds, decimalSeconds
        /// The name of a header, in lower case.
        case header([UInt8], Place)

        var isDuration: Bool {
            switch self {
            case .seconds, .milliseconds, .microseconds, .decimalSeconds: true
            case .time, .status, .bodyBytes, .bodyBytesOrDash, .header: false
            }
        }
    }

    /// Where a value stands: outside of quotes a blank in it would pass for the end of the field.
    enum Place: Equatable, Sendable { case quoted, bare }

    /// gunicorn's default: the combined format of Apache.
    package static let standard = #"%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s""#

    let runs: [[Piece]]
    let atoms: [AnswerAtom]
    /// Whether the clock has to be read for each line.
    let hasDuration: Bool

    /// - Parameter pid: what `%(p)s` shows.
    package init(_ text: String, pid: Int32) throws(Malformed) {
        var compiler = Compiler(pid: pid)
        try compiler.compile(Array(text.utf8))
        runs = compiler.runs
        atoms = compiler.atoms
        hasDuration = atoms.contains(where: \.isDuration)
    }
}

/// Takes a format apart.
private struct Compiler {
    let pid: Int32
    private(set) var runs: [[AccessLogFormat.Piece]] = [[]]
    private(set) var atoms: [AccessLogFormat.AnswerAtom] = []
    private var place = AccessLogFormat.Place.bare

    init(pid: Int32) { self.pid = pid }

    mutating func compile(_ text: [UInt8]) throws(AccessLogFormat.Malformed) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < ByteClass.space || byte == 0x7f {
                throw AccessLogFormat.Malformed(reason: "it holds a control character")
            }
            guard byte == UInt8(ascii: "%") else {
                if byte == UInt8(ascii: "\"") { place = place == .bare ? .quoted : .bare }
                literal([byte])
                index += 1
                continue
            }
            if index + 1 < text.count, text[index + 1] == byte {
                literal([byte])
                index += 2
                continue
            }
            guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "("),
                let end = text[index...].firstIndex(of: UInt8(ascii: ")")), end + 1 < text.count,
                text[end + 1] == UInt8(ascii: "s")
            else { throw AccessLogFormat.Malformed(reason: "a percent sign begins neither %(...)s nor %%") }
            try atom(String(decoding: text[index + 2..<end], as: UTF8.self))
            index = end + 2
        }
    }

    private mutating func atom(_ name: String) throws(AccessLogFormat.Malformed) {
        switch name {
        case "h": value(.peer)
        case "l": literal([UInt8(ascii: "-")])
        case "u": value(.user)
        case "r": value(.requestLine)
        case "m": value(.method)
        case "U": value(.path)
        case "q": value(.query)
        case "H": value(.version)
        case "f": value(.header(Array("referer".utf8)))
        case "a": value(.header(Array("user-agent".utf8)))
        case "p": literal(Array("<\(pid)>".utf8))
        case "t": answer(.time)
        case "s": answer(.status)
        case "B": answer(.bodyBytes)
        case "b": answer(.bodyBytesOrDash)
        case "T": answer(.seconds)
        case "M": answer(.milliseconds)
        case "D": answer(.microseconds)
        case "L": answer(.decimalSeconds)
        default: try header(name)
        }
    }

    /// `{name}i` of the request, `{name}o` of the answer.
    private mutating func header(_ text: String) throws(AccessLogFormat.Malformed) {
        let name = Array(text.lowercased().utf8.dropFirst().dropLast(2))
        guard text.hasPrefix("{"), !name.isEmpty, name.allSatisfy(ByteClass.token.contains) else {
            throw AccessLogFormat.Malformed(reason: "%(\(text))s is not known")
        }
        switch text.suffix(2) {
        case "}i": value(.header(name))
        case "}o": answer(.header(name, place))
        default: throw AccessLogFormat.Malformed(reason: "%(\(text))s is not known")
        }
    }

    private mutating func literal(_ bytes: [UInt8]) {
        if case .literal(let before) = runs[runs.count - 1].last {
            runs[runs.count - 1].removeLast()
            runs[runs.count - 1].append(.literal(before + bytes))
        } else {
            runs[runs.count - 1].append(.literal(bytes))
        }
    }

    private mutating func value(_ atom: AccessLogFormat.RequestAtom) {
        runs[runs.count - 1].append(.value(atom, place))
    }

    private mutating func answer(_ atom: AccessLogFormat.AnswerAtom) {
        atoms.append(atom)
        runs.append([])
    }
}
