-- Reads the order that the environment names and writes new ones, by turns.
local order = os.getenv("ORDER")
local body =
  '{"customer_name":"Ada Lovelace","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}'
local count = 0

request = function()
  count = count + 1
  if count % 2 == 0 then
    return wrk.format("POST", "/orders", {["Content-Type"] = "application/json"}, body)
  end
  return wrk.format("GET", "/orders/" .. order)
end
