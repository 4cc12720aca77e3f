-- POST /orders/batch with 100 orders of two items each.
local order =
  '{"customer_name":"Ada Lovelace","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = "[" .. string.rep(order .. ",", 99) .. order .. "]"
