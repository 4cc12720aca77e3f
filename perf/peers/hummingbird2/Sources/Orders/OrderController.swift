import Foundation
import Hummingbird
import NIOCore

/// Writes go to the queue; reads see what was accepted, then what is in the database.
struct OrderController: Sendable {
    let cache: OrderCache
    let store: OrderStore
    let publisher: JobPublisher

    func addRoutes(to router: Router<some RequestContext>) {
        router.group("orders")
            .post(use: create)
            .get(use: list)
            .get(":id", use: get)
            .patch(":id/status", use: updateStatus)
            .delete(":id", use: delete)
    }

    func create(_ request: Request, context: some RequestContext) async throws -> EditedResponse<Accepted> {
        let order = try await request.decode(as: NewOrder.self, context: context).validated()
        try await cache.putAccepted(order)
        do {
            return try await publish(.create(order), "The order will be created.")
        } catch {
            try await cache.forgetAccepted(order.id)
            throw error
        }
    }

    func updateStatus(_ request: Request, context: some RequestContext) async throws -> EditedResponse<Accepted> {
        var order = try await find(context)
        order.status = try await request.decode(as: NewStatus.self, context: context).validated()
        let update = Job.StatusUpdate(id: order.id, status: order.status)
        let response = try await publish(.updateStatus(update), "The order's status will be changed.")
        try await cache.putAccepted(order)
        return response
    }

    func delete(_: Request, context: some RequestContext) async throws -> EditedResponse<Accepted> {
        var order = try await find(context)
        order.status = "deleting"
        let response = try await publish(.delete(Job.Deletion(id: order.id)), "The order will be deleted.")
        try await cache.putAccepted(order)
        return response
    }

    func get(_: Request, context: some RequestContext) async throws -> Response {
        Response(json: try await findText(context))
    }

    func list(_ request: Request, context _: some RequestContext) async throws -> Response {
        let limit = Int(request.uri.queryParameters["limit"] ?? "100") ?? 0
        guard 1...1000 ~= limit else {
            throw HTTPError(.badRequest, message: "limit must be an integer from 1 to 1000")
        }
        let version = try await cache.listVersion()
        if let cached = try await cache.findList(version, limit) { return Response(json: cached) }
        let text = try await ByteBuffer(bytes: JSONEncoder().encode(store.newest(limit)))
        try await cache.putList(version, limit, text)
        return Response(json: text)
    }

    private func publish(_ write: Job.Write, _ message: String) async throws -> EditedResponse<Accepted> {
        let job = Job(write)
        try await publisher.publish(ByteBuffer(bytes: JSONEncoder().encode(job)))
        let accepted = Accepted(
            jobID: job.id, jobType: job.kind, status: "queued", orderID: job.orderID, message: message)
        return EditedResponse(status: .accepted, headers: [.location: "/orders/\(job.orderID)"], response: accepted)
    }

    private func find(_ context: some RequestContext) async throws -> Order {
        try await JSONDecoder().decode(Order.self, from: Data(buffer: findText(context)))
    }

    private func findText(_ context: some RequestContext) async throws -> ByteBuffer {
        let missing = HTTPError(.notFound, message: "There is no such order.")
        guard let id = context.parameters.get("id", as: UUID.self)?.uuidString.lowercased() else { throw missing }
        if let cached = try await cache.find(id) { return cached }
        guard let order = try await store.find(id) else { throw missing }
        try await cache.putApplied(order)
        return try ByteBuffer(bytes: JSONEncoder().encode(order))
    }
}

struct Accepted: ResponseEncodable {
    let jobID: String
    let jobType: Job.Kind
    let status: String
    let orderID: String
    let message: String

    enum CodingKeys: String, CodingKey {
        case jobID = "job_id"
        case jobType = "job_type"
        case status
        case orderID = "order_id"
        case message
    }
}

extension Response {
    init(status: HTTPResponse.Status = .ok, json: ByteBuffer) {
        self.init(status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: json))
    }
}
