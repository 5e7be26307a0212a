-- Counts the answers that are not the list that was asked for. Read by wrk.
local threads = {}

function setup(thread)
    thread:set("wrong", 0)
    table.insert(threads, thread)
end

function response(status, headers, body)
    if status ~= 200 or not body:find('"totalItems":20', 1, true) or body:sub(-2) ~= "}}" then
        wrong = wrong + 1
    end
end

function done(summary, latency, requests)
    local count = 0
    for _, thread in ipairs(threads) do
        count = count + thread:get("wrong")
    end
    print(string.format("  wrong or lost: %d of %d", count, summary.requests))
end
