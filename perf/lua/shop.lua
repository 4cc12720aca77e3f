-- The shoppers of Tests/locustfile.py with their weights: browse 5, order 2, own order 3, status 1, delete 1, each with the
-- reads that follow it. Ids are learnt from answers, so the connections of a thread are one shopper who does much at once.
-- At the end one line tells how many orders were accepted and deleted, and what was answered that no shopper expects.
local statuses = {"received", "paid", "packed", "shipped", "delivered"}
local tasks = {"browse", "browse", "browse", "browse", "browse", "order", "order", "own", "own", "own", "status", "delete"}
local headers = {["Content-Type"] = "application/json"}
local body =
  '{"customer_name":"Ada Lovelace","items":[{"name":"Widget","quantity":2},{"name":"Gadget","quantity":5}]}'
-- For a server that gives no ids, as the yardstick.
local unknown = "01a22055-ca24-7cb0-952d-7ef52791903c"
local own_orders = 1000
local own, follow_ups = {}, {}
created, deleted, gone, unexpected = 0, 0, 0, 0

local threads = {}
function setup(thread)
  thread:set("seed", #threads + 1)
  table.insert(threads, thread)
end

function init()
  math.randomseed(seed)
  post = wrk.format("POST", "/orders", headers, body)
end

local function get(path)
  return wrk.format("GET", path)
end

-- An order that is being changed is not in the list, so that no second change overtakes the first.
local function take_own()
  if #own == 0 then return unknown end
  local place = math.random(#own)
  local id = own[place]
  own[place] = own[#own]
  own[#own] = nil
  return id
end

local run = {
  browse = function()
    local kind = math.random(3)
    if kind == 1 then return get("/orders") end
    if kind == 2 then return get("/orders?limit=20") end
    return get("/orders?limit=20&status=" .. statuses[math.random(#statuses)])
  end,
  order = function() return post end,
  own = function() return get("/orders/" .. (own[math.random(math.max(1, #own))] or unknown)) end,
  status = function()
    if #own == 0 then return post end
    local status = '{"status":"' .. statuses[math.random(#statuses)] .. '"}'
    return wrk.format("PATCH", "/orders/" .. take_own() .. "/status", headers, status)
  end,
  delete = function()
    if #own == 0 then return post end
    return wrk.format("DELETE", "/orders/" .. take_own())
  end,
}

function request()
  local path = table.remove(follow_ups)
  if path then return get(path) end
  return run[tasks[math.random(#tasks)]]()
end

local function after_page(body)
  if math.random() < 0.3 then
    local cursor = body:match('"next":"?([%w-_=]+)', -60)
    if cursor and cursor ~= "null" then table.insert(follow_ups, "/orders?limit=20&after=" .. cursor) end
  end
  local start = math.random(#body)
  local id = body:match('"order_id":"([%x-]+)"', start) or body:match('"order_id":"([%x-]+)"')
  if id then table.insert(follow_ups, "/orders/" .. id) end
end

local function after_write(body)
  local id = body:match('"order_id":"([%x-]+)"')
  if not id then return end
  if body:find('"create_order"', 1, true) then
    created = created + 1
    if #own < own_orders then own[#own + 1] = id else own[math.random(own_orders)] = id end
    return
  end
  table.insert(follow_ups, "/orders/" .. id)
  if body:find('"delete_order"', 1, true) then
    deleted = deleted + 1
  else
    own[#own + 1] = id
  end
end

function response(status, _, body)
  if status == 404 then
    -- A read of what was deleted meanwhile.
    gone = gone + 1
  elseif status == 202 then
    after_write(body)
  elseif status ~= 200 then
    unexpected = unexpected + 1
  elseif body:find('"total_orders"', 1, true) then
    after_page(body)
  end
end

function done()
  local sums = {created = 0, deleted = 0, gone = 0, unexpected = 0}
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end
  end
  print(string.format("shop: created %d deleted %d gone %d unexpected %d",
    sums.created, sums.deleted, sums.gone, sums.unexpected))
end
