import Orders
import Reactor

/// The table of messages that were applied, within a transaction that somebody else opened.
struct MariaDBAppliedMessages: ~Copyable {
    /// Ids of one statement, some 35 bytes each.
    private static let idsPerStatement = 2048

    private var sql = ByteBuffer()
    /// Known when the batch in hand came.
    private var known: Set<UUID> = []
    private var new: [UUID] = []

    /// Sets for each of `messages` whether it was applied already, or stands twice among them.
    ///
    /// Another worker may apply one of them at the same time. Then ``record(_:_:)`` fails by a duplicate, and the
    /// transaction begins anew.
    mutating func find(
        _ messages: [UUID], _ partition: Int, isKnown: inout [Bool], _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) {
        known.removeAll(keepingCapacity: true)
        new.removeAll(keepingCapacity: true)
        isKnown.removeAll(keepingCapacity: true)
        for ids in chunks(of: messages) {
            begin("SELECT message_id FROM applied_messages WHERE `partition` = ", partition, " AND message_id IN ")
            sql.append(list: ids)
            let rows = try connection.query(sql.bytes)
            while rows.step() { if let id = rows.uuid(0) { known.insert(id) } }
        }
        for message in messages {
            let isNew = known.insert(message).inserted
            isKnown.append(!isNew)
            if isNew { new.append(message) }
        }
    }

    /// Records those of the last ``find(_:_:isKnown:_:)`` that were not known.
    mutating func record(_ partition: Int, _ connection: borrowing MariaDBConnection) throws(MariaDBError) {
        for ids in chunks(of: new) {
            sql.removeAll()
            sql.append("INSERT INTO applied_messages (`partition`, message_id) VALUES ")
            for (index, id) in ids.enumerated() {
                sql.append(index == 0 ? "(" : ",(")
                sql.append(decimal: UInt64(partition))
                sql.append(byte: UInt8(ascii: ","))
                sql.append(binary: id)
                sql.append(byte: UInt8(ascii: ")"))
            }
            try connection.run(sql.bytes)
        }
    }

    mutating func forget(
        _ messages: ForgottenMessages, _ partition: Int, _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) {
        switch messages {
        case .nothing: break
        case .olderThan(let oldest):
            begin("DELETE FROM applied_messages WHERE `partition` = ", partition, " AND message_id < ")
            sql.append(binary: oldest)
            try connection.run(sql.bytes)
        case .these(let messages):
            for ids in chunks(of: messages) {
                begin("DELETE FROM applied_messages WHERE `partition` = ", partition, " AND message_id IN ")
                sql.append(list: ids)
                try connection.run(sql.bytes)
            }
        }
    }

    private mutating func begin(_ start: StaticString, _ partition: Int, _ rest: StaticString) {
        sql.removeAll()
        sql.append(start)
        sql.append(decimal: UInt64(partition))
        sql.append(rest)
    }

    private func chunks(of ids: [UUID]) -> some Sequence<ArraySlice<UUID>> {
        stride(from: 0, to: ids.count, by: Self.idsPerStatement).lazy.map {
            ids[$0..<min($0 + Self.idsPerStatement, ids.count)]
        }
    }
}
