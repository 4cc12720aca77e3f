import Glibc
import TestServers

/// The kernel's table of TCP sockets.
enum SocketTable {
    /// For each connection that a server on 127.0.0.1 has accepted or is about to, how many bytes it has not read yet.
    static func unreadBytes(port: UInt16) -> [Int] { queues(port: port).map(\.received) }

    /// For each of them, how many bytes its client has no room for yet.
    static func unsentBytes(port: UInt16) -> [Int] { queues(port: port).map(\.sent) }

    private static func queues(port: UInt16) -> [(sent: Int, received: Int)] {
        guard let table = FileContent.text(of: "/proc/net/tcp") else {
            preconditionFailure("no /proc/net/tcp: errno \(errno)")
        }
        let digits = String(port, radix: 16, uppercase: true)
        let local = "0100007F:" + String(repeating: "0", count: 4 - digits.count) + digits
        return table.split(separator: "\n").compactMap { line in
            // sl, local address, remote address, state, and tx_queue:rx_queue.
            let fields = line.split(separator: " ")
            guard fields.count > 4, fields[1] == local, fields[3] == "01" else { return nil }
            let queues = fields[4].split(separator: ":").compactMap { Int($0, radix: 16) }
            return queues.count == 2 ? (queues[0], queues[1]) : nil
        }
    }
}
