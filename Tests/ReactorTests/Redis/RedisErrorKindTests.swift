import Testing

@testable import Reactor

@Suite("RedisErrorKind")
struct RedisErrorKindTests {
    private func kind(_ error: String) -> RedisErrorKind {
        Array(error.utf8).withUnsafeBytes { RedisErrorKind($0) }
    }

    @Test(
        "these end the connection",
        arguments: [
            "READONLY You can't write against a read only replica.",
            "READONLY You can't write against a read only replica. script: 6b81846, on @user_script:1.",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "LOADING Redis is loading the dataset in memory",
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            "UNKILLABLE Sorry the script already executed write commands against the dataset.",
            "CLUSTERDOWN The cluster is down", "READONLY",
            // Redis 5 and 6 report what ended a script in this way, Dragonfly with one place fewer.
            "ERR Error running script (call to f_1028a5d): @user_script:4: @user_script: 4: -READONLY You can't write.",
            "ERR Error running script (call to 1028a5d): @user_script:2: -READONLY You can't write.",
        ])
    func unfit(error: String) { #expect(kind(error) == .unfit) }

    @Test(
        "these are about the command",
        arguments: [
            "OOM command not allowed when used memory > 'maxmemory'.",
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "NOREPLICAS Not enough good replicas to write.", "TRYAGAIN Multiple keys request during rehashing of slot",
            "MOVED 3999 127.0.0.1:6381", "NOPERM this user has no permissions to run the 'info' command",
            "ERR unknown command 'READONLY'", "ERR READONLY", "READONLYX", "BUSYGROUP Consumer Group name exists",
            "BUSYKEY Target key name already exists.", "readonly", "", " READONLY",
            "ERR Error running script (call to f_1028a5d): @user_script:4: @user_script: 4: -OOM command not allowed",
            "ERR Error running script (call to f_1028a5d): @user_script:4: READONLY",
            "ERR Error running script (call to ",
            "ERR Error running script (call to f): -",
        ])
    func commandAlone(error: String) { #expect(kind(error) == .commandAlone) }

    @Test("NOSCRIPT says that the scripts are lost")
    func scriptsLost() { #expect(kind("NOSCRIPT No matching script. Please use EVAL.") == .scriptsLost) }

    @Test("the cause is what ended a script, or the error itself")
    func cause() {
        let rows = [
            (
                "ERR Error running script (call to f_1): @user_script:4: @user_script: 4: -READONLY a: -b",
                "READONLY a: -b"
            ),
            ("LOADING some: -text", "LOADING some: -text"), ("", ""),
        ]
        for (error, cause) in rows {
            let found = Array(error.utf8).withUnsafeBytes {
                String(decoding: RedisErrorKind.cause(of: $0), as: UTF8.self)
            }
            #expect(found == cause)
        }
    }
}

@Suite("RedisReplication and RedisIdentity")
struct RedisReplicationTests {
    private func replication(_ info: String) -> RedisReplication? {
        Array(info.utf8).withUnsafeBytes { RedisReplication($0) }
    }

    @Test("the role and the replication id are found among the fields, whatever stands around them")
    func fields() {
        let primary = replication("# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_replid:abc\r\n")
        #expect(primary?.isReplica == false && primary?.replicationID == "abc")
        for word in ["slave", "replica"] {
            let replica = replication("# Replication\r\nrole:\(word)\r\nmaster_host:role:master\r\nmaster_replid:d\r\n")
            #expect(replica?.isReplica == true && replica?.replicationID == "d")
        }
        let old = replication("role:master\r\nmaster_replid2:xyz\r\nmaster_repl_offset:0\r\nmaster_replid:\r\n")
        #expect(old?.isReplica == false && old?.replicationID == nil)
        #expect(replication("role:master")?.isReplica == false)
    }

    @Test(
        "a text without a role says nothing",
        arguments: ["", "# Replication\r\n", "roles:master", "role:", "xrole:master"])
    func noRole(info: String) { #expect(replication(info) == nil) }

    @Test("two are the same with the same run id and replication id; one that lacks either is like no other")
    func identity() {
        let one = RedisIdentity(runID: "a", replicationID: "b")
        #expect(one == RedisIdentity(runID: "a", replicationID: "b"))
        #expect(
            one != RedisIdentity(runID: "x", replicationID: "b") && one != RedisIdentity(runID: "a", replicationID: "x")
        )
        for (runID, replicationID) in [(nil, nil), ("a", nil), (nil, "b")] as [(String?, String?)] {
            let unknown = RedisIdentity(runID: runID, replicationID: replicationID)
            #expect(unknown == unknown && unknown != one)
            #expect(unknown != RedisIdentity(runID: runID, replicationID: replicationID))
        }
    }
}
