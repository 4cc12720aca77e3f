-- POST /orders with two items, the same body each time: the server gives every order its own id.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body =
  '{"customer_name":"Ada Lovelace","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}'
