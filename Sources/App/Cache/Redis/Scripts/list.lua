-- KEYS: orders:list:version
-- ARGV: what follows the version in the page's key
-- Returns: the version of the list, and the page of that version or nil.
-- Why: one round trip for both. The page's key, orders:list:{version}, is made here because its version is read
--   here.
local version = redis.call('GET', KEYS[1]) or '0'
return {version, redis.call('GET', 'orders:list:' .. version .. ARGV[1])}
