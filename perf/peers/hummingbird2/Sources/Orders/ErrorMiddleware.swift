import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Every error is {"error": "..."}.
struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws
        -> Response
    {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            return try response(error.status, error.body ?? error.status.reasonPhrase)
        } catch let error as any HTTPResponseError {
            return try response(error.status, error.status.reasonPhrase)
        } catch {
            context.logger.error("not available: \(error)")
            var response = try response(.serviceUnavailable, "The service can't take or find orders at the moment.")
            response.headers[.retryAfter] = "1"
            return response
        }
    }

    private func response(_ status: HTTPResponse.Status, _ reason: String) throws -> Response {
        Response(status: status, json: try ByteBuffer(bytes: JSONEncoder().encode(["error": reason])))
    }
}
