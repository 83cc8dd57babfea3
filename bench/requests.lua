-- Sends prepared requests in turn and tells what came of it in one line of JSON.
-- Arguments: the file of the requests (each: its length in octets, a newline, the octets), and where to begin.
local requests, next_one = {}, 0

function init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   while true do
      local length = file:read("*n")
      if not length then break end
      file:read(1)
      requests[#requests + 1] = file:read(length)
   end
   file:close()
   next_one = tonumber(arguments[2] or "0") % #requests
end

function request()
   next_one = next_one % #requests + 1
   return requests[next_one]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '\n{"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"most":%d,"status":%d,"broken":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
