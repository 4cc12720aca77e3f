import Glibc
import TestServers

/// The kernel's table of TCP sockets.
enum SocketTable {
    /// For each connection that a server on 127.0.0.1 has accepted or is about to, how many bytes it has not read yet.
    static func unreadBytes(port: UInt16) -> [Int] { queues(port: port).map(\.received) }

    /// For each of them, how many bytes its client has no room for yet.
    static func unsentBytes(port: UInt16) -> [Int] { queues(port: port).map(\.sent) }

    /// For each connection that `process` has to a server on 127.0.0.1, how many bytes the server has not read yet.
    static func unreadBytes(port: UInt16, from process: Int32) -> [Int] {
        let sockets = ProcessTable.sockets(of: process)
        let clients = connections().filter { $0.remote == loopback(port) && sockets.contains($0.inode) }.map(\.local)
        return queues(port: port).filter { clients.contains($0.remote) }.map(\.received)
    }

    private struct Connection {
        let local: Substring
        let remote: Substring
        let sent: Int
        let received: Int
        let inode: Substring
    }

    private static func loopback(_ port: UInt16) -> Substring {
        let digits = String(port, radix: 16, uppercase: true)
        return "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func queues(port: UInt16) -> [Connection] { connections().filter { $0.local == loopback(port) } }

    /// Those that are established.
    private static func connections() -> [Connection] {
        guard let table = FileContent.text(of: "/proc/net/tcp") else {
            preconditionFailure("no /proc/net/tcp: errno \(errno)")
        }
        return table.split(separator: "\n").compactMap { line in
            // sl, local address, remote address, state, tx_queue:rx_queue, timer, retransmissions, uid, timeout, inode.
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == "01" else { return nil }
            let queues = fields[4].split(separator: ":").compactMap { Int($0, radix: 16) }
            guard queues.count == 2 else { return nil }
            return Connection(
                local: fields[1], remote: fields[2], sent: queues[0], received: queues[1], inode: fields[9])
        }
    }
}
