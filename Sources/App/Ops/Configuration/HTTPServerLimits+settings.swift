import Reactor
import Settings

extension HTTPServerLimits {
    /// The limits of one of `loops` event loops: what is set counts for the process.
    init(_ settings: SettingReader, loops: Int) throws(SettingError) {
        self.init()
        let setting = SettingCatalog.http
        let maxConnections = try settings.integer(setting.maxConnections)
        // The kernel spreads connections evenly over the loops, but not exactly. So each may hold its share and half as
        // many more.
        connections = loops == 1 ? maxConnections : max(1, maxConnections / loops * 3 / 2)
        http = HTTPLimits(
            requestLineBytes: try settings.integer(setting.maxRequestLineBytes),
            headBytes: try settings.integer(setting.maxHeadBytes),
            bodyBytes: try settings.integer(setting.maxBodyBytes))
        pipelinedRequests = try settings.integer(setting.maxPipelinedRequests)
        headTimeoutMilliseconds = try settings.integer(setting.headTimeout)
        bodyTimeoutMilliseconds = try settings.integer(setting.bodyTimeout)
        bodyBytesPerSecond = try settings.integer(setting.minBodyBytesPerSecond)
        idleTimeoutMilliseconds = try settings.integer(setting.idleTimeout)
        writeTimeoutMilliseconds = try settings.integer(setting.writeTimeout)
        // The largest request fits, in twice its size with all of its framing.
        let largestRequest = 4 * http.bodyBytes + 2 * (http.headBytes + http.chunkOverheadBytes)
        bufferedBytes = max(try settings.integer(setting.maxBufferedBytes) / loops, largestRequest)
    }
}
