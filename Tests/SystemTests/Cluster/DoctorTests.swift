import TestServers
import Testing

extension SystemTests {
    @Suite("spillway doctor") struct DoctorTests {
        @Test("It says in one line of each dependency that it is reachable", arguments: Profile.clusters)
        func healthy(profile: Profile) throws {
            let doctor = try Deployment(profile).run(["doctor"])
            #expect(doctor.end == .exited(0), "\(doctor)")
            #expect(doctor.lines.count == Dependency.allCases.count, "\(doctor)")
            for dependency in Dependency.allCases {
                #expect(doctor.lines.filter(dependency.isNamed).count == 1, "\(dependency): \(doctor.output)")
            }
        }

        @Test(
            "It ends with 1 when one fails, names it with the reason, and shows no password",
            arguments: Dependency.allCases)
        func sick(dependency: Dependency) throws {
            let port = FreePort.next()
            let doctor = try Deployment(.clusterMariaDB).run(["doctor"], dependency.settings(port: port))
            #expect(doctor.end == .exited(1), "\(doctor)")
            #expect(doctor.lines.count == Dependency.allCases.count, "\(doctor)")
            let lines = doctor.lines.filter(dependency.isNamed)
            #expect(
                lines.count == 1 && lines[0].contains("127.0.0.1:\(port)")
                    && dependency.saysThatNobodyListens(lines[0]), "\(doctor)")
            #expect(!(doctor.output + doctor.errors).contains(Dependency.secret), "\(doctor)")
        }
    }
}
