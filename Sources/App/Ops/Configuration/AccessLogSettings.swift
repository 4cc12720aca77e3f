import Glibc
import Logging
import Reactor
import Settings

/// Where the access log goes and what its lines look like (docs/contract.md section 3).
struct AccessLogSettings: Sendable {
    /// `-` is the standard output; nil is off.
    var file: String?
    var format: AccessLogFormat

    /// Throws the value that can't be read.
    init(_ settings: SettingReader) throws(SettingError) {
        let file = settings.text(SettingCatalog.logs.accessLogFile)
        self.file = file.isEmpty ? nil : file
        let text = settings.text(SettingCatalog.logs.accessLogFormat)
        do throws(AccessLogFormat.Malformed) {
            format = try AccessLogFormat(text, pid: getpid())
        } catch {
            throw SettingError(
                name: SettingCatalog.logs.accessLogFormat.name, value: text,
                expected:
                    "text with %(x)s where x is one of h l u t r m U q H s B b f a T M D L p {header}i {header}o, "
                    + "and %% for a percent sign, but \(error.reason)")
        }
    }

    /// Opens the file and starts its thread; nil when the log is off.
    func open(_ logger: Logger) throws(SettingError) -> AccessLogDestination? {
        guard let file else { return nil }
        do throws(SystemError) {
            let writer = try AccessLogWriter(path: file) { trouble in
                logger.error(
                    "the access log is failing",
                    metadata: ["reason": "\(trouble.reason)", "lost_lines": "\(trouble.droppedLines)"])
            }
            return AccessLogDestination(format: format, writer: writer)
        } catch {
            throw SettingError(
                name: SettingCatalog.logs.accessLogFile.name, value: file,
                expected:
                    "a file that can be written, - for the standard output, or nothing to turn it off, but \(error)")
        }
    }
}
