import Reactor
import Testing

@testable import API
@testable import App
@testable import Orders

@Suite("The description of the API says what the code does") struct APIDescriptionTests {
    private let document: DescribedAPI

    init() throws { document = try DescribedAPI() }

    private static let paths = Set(Operation.allCases.map { $0.route.path.description })

    /// What the description calls the operation of this method.
    private func describedOperation(_ method: HTTPMethod, _ path: String) -> String? {
        document["paths", path, method.name.description.lowercased(), "operationId"]?.string
    }

    @Test("Every path is described, and no other")
    func paths() { #expect(document.paths.sorted() == Self.paths.sorted()) }

    @Test("Every method of a path is described, and no other", arguments: HTTPMethod.allCases)
    func methods(method: HTTPMethod) throws {
        for path in document.paths {
            let target = path.replacing("{id}", with: RouteTests.text)
            switch RouteTests.match(method, target) {
            case .operation(let operation, _) where method != .head:
                #expect(describedOperation(method, path) == "\(operation)", "\(method) \(path)")
            case .operation: #expect(document.methods(of: path).contains("head"), "\(path)")
            case .options(let allowed):
                let methods = HTTPMethod.allCases.filter(allowed.contains).map { $0.name.description.lowercased() }
                #expect(document.methods(of: path).sorted() == methods.sorted(), "\(path)")
            case .methodNotAllowed, .unknownMethod:
                let name = method.name.description.lowercased()
                #expect(!document.methods(of: path).contains(name), "\(method) \(path)")
            case .notFound: Issue.record("\(method) \(path)")
            }
        }
    }

    @Test("What a request must bring is described with its operation", arguments: Operation.allCases)
    func demands(operation: Operation) {
        let route = operation.route
        let described = document["paths", "\(route.path)", "\(route.method.name)".lowercased()]
        let table = RouteTable(hasDashboard: true)
        let body = described?["requestBody"]?["content"]
        #expect(table.takingJSON.contains(operation) == (body != nil))
        #expect(body == nil || body?.keys == ["application/json"])
        let responses = described?["responses"]
        #expect((responses?["415"] != nil) == (body != nil))
        #expect(table.guarded.contains(operation) == (described?["security"]?[0]?["adminPassword"] != nil))
        let target = "\(route.path)".replacing("{id}", with: RouteTests.text)
        let isAbsent = RouteTests.match(route.method, target, hasDashboard: false) == .notFound
        let notFound = responses?["404"]?["description"]?.string
        #expect(isAbsent == (notFound?.contains("DASHBOARD=false") ?? false))
    }

    @Test("The limits are those of the code")
    func limits() {
        let order = document["components", "schemas", "NewOrder", "properties"]
        let item = order?["items"]?["items"]?["properties"]
        #expect(order?["customer_name"]?["maxLength"]?.number == OrderLimits.customerNameScalars)
        #expect(item?["name"]?["maxLength"]?.number == OrderLimits.itemNameScalars)
        #expect(order?["status"]?["maxLength"]?.number == OrderLimits.statusScalars)
        #expect(order?["status"]?["default"]?.string == OrderFields.defaultStatus.description)
        #expect(order?["items"]?["maxItems"]?.number == OrderLimits.items)
        let change = document["components", "schemas", "StatusChange", "properties", "status"]
        #expect(change?["maxLength"]?.number == OrderLimits.statusScalars)
        for text in [order?["customer_name"], item?["name"], order?["status"], change] {
            #expect(text?["minLength"]?.number == 1)
        }
        let batch = document["paths", "/orders/batch", "post", "requestBody", "content", "application/json", "schema"]
        #expect(batch?["minItems"]?.number == 1)
        #expect(batch?["maxItems"]?.number == OrderLimits.batchOrders)
        #expect(document["components", "schemas", "Index", "maximum"]?.number == OrderLimits.batchOrders - 1)
        let parameters = document["paths", "/orders", "get", "parameters"]
        #expect(parameters?[2]?["schema"]?["maxLength"]?.number == OrderLimits.statusScalars)
        let limit = parameters?[0]?["schema"]
        #expect(limit?["minimum"]?.number == ListQuery.limits.lowerBound)
        #expect(limit?["maximum"]?.number == ListQuery.limits.upperBound)
        #expect(limit?["default"]?.number == ListQuery.defaultLimit)
        let key = document["components", "parameters", "IdempotencyKey", "schema"]
        #expect(key?["minLength"]?.number == IdempotencyKey.lengths.lowerBound)
        #expect(key?["maxLength"]?.number == IdempotencyKey.lengths.upperBound)
        let count = document["components", "schemas", "SeedRequest", "properties", "count"]
        #expect(count?["minimum"]?.number == AdminBody.counts.lowerBound)
        #expect(count?["maximum"]?.number == AdminBody.counts.upperBound)
    }

    @Test("The sentences about sizes name the defaults")
    func sizes() {
        let limits = HTTPLimits()
        for (response, size) in [
            ("BodyTooLarge", "\(limits.bodyBytes >> 20) MiB"),
            ("TargetTooLong", "\(limits.requestLineBytes >> 10) KiB"),
            ("HeadTooLarge", "\(limits.headBytes >> 10) KiB"), ("HeadTooLarge", "\(limits.headerCount) fields"),
        ] {
            let sentence = document["components", "responses", response, "description"]?.string
            #expect(sentence?.contains(" \(size)") == true, "\(response)")
        }
    }

    @Test("A quantity is taken, as a number or as a text, where its schema takes it")
    func quantities() throws {
        let schemas = try #require(document["components", "schemas", "Quantity", "oneOf"])
        #expect(schemas[0]?["minimum"]?.number == OrderLimits.quantity.lowerBound)
        #expect(schemas[0]?["maximum"]?.number == OrderLimits.quantity.upperBound)
        let pattern = try Regex(try #require(schemas[1]?["pattern"]?.string))
        for text in Self.quantityTexts {
            let isDescribed = text.wholeMatch(of: pattern) != nil
            #expect(isDescribed == Self.isAccepted(quantity: "\"\(text)\""), "\(text)")
        }
    }

    /// On both sides of every place where a digit of the largest quantity decides.
    private static let quantityTexts: [String] = {
        var texts = ["", "0", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "1e1", "٣", "00000000000000000000000000001"]
        for power in (0...10).map({ (0..<$0).reduce(1) { product, _ in product * 10 } }) {
            let boundary = OrderLimits.quantity.upperBound / power * power
            for number in [power - 1, power, boundary - 1, boundary, boundary + power - 1, boundary + power] {
                texts += ["\(number)", "0\(number)"]
            }
        }
        return texts
    }()

    private static func isAccepted(quantity: String) -> Bool {
        var decoder = OrderDecoder(maximumBodyBytes: 1 << 10)
        var buffer = ByteBuffer()
        let body = #"{"customer_name":"A","items":[{"name":"N","quantity":\#(quantity)}]}"#
        do throws(OrderRejection) {
            _ = try withGuardedBytes(body.utf8) { (bytes) throws(OrderRejection) in
                try decoder.decodeOrder(bytes, id: UUID(high: 1, low: 2), into: &buffer)
            }
            return true
        } catch {
            return false
        }
    }

    @Test("It is the description of this version")
    func version() {
        #expect(document["info", "version"]?.string == Spillway.version)
        #expect(document["openapi"]?.string == "3.1.0")
    }
}
