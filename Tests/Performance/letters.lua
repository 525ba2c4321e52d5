-- wrk's side of the bench: letters of 1.5 KB, as JSON to Postern or as a form to the PHP page.
-- Arguments after "--": kind (json | form | bare), recipients, pause in ms between a connection's answers (0: none), key | no-key.
local words = {}
for word in ("light shadow film grain print lens river street winter morning harbour window market station bridge garden "
    .. "portrait silver colour paper archive exposure frame gallery"):gmatch("%S+") do
    words[#words + 1] = word
end

local bodies, kind, recipients, pause, keyed = {}, "json", 1, 0, false
local number, run = 0, 0

local function text(length)
    local parts, size = {}, 0
    while size < length do
        local word = words[math.random(#words)]
        parts[#parts + 1] = word
        size = size + #word + 1
    end
    return parts
end

-- Called once per thread: each draws texts and keys of its own.
local threads = 0
function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
end

function init(arguments)
    kind, recipients, pause, keyed = arguments[1], tonumber(arguments[2]), tonumber(arguments[3]), arguments[4] == "key"
    math.randomseed(4711 + thread_number)
    run = string.format("%d-%d", os.time(), thread_number)
    for index = 1, 500 do
        local name = string.format("vera%d", math.random(1000000))
        if kind == "form" then
            bodies[index] = string.format("name=Vera+Visitor&email=%s%%40visitor.example&subject=Your+photo+%d&message=%s", name, index,
                table.concat(text(1400), "+"))
        else
            bodies[index] = string.format(
                '{"name":"Vera Visitor","email":"%s@visitor.example","subject":"Your photo %d","message":"%s","about":"photo %d"}',
                name, index, table.concat(text(1360), " "), index)
        end
    end
end

local headers = {["Content-Type"] = "application/json"}

function request()
    number = number + 1
    local body = bodies[number % 500 + 1]
    if kind == "form" then
        return wrk.format("POST", "/contact.php", {["Content-Type"] = "application/x-www-form-urlencoded"}, body)
    elseif kind == "bare" then
        return wrk.format("POST", "/", headers, body)
    end
    if keyed then headers["Idempotency-Key"] = run .. "-" .. number end
    return wrk.format("POST", "/api/v1/sites/photos/recipients/member" .. (number * 7 % recipients) .. "/letters", headers, body)
end

function delay()
    if pause == 0 then return 0 end
    return math.random(0, 2 * pause)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('RESULT {"requests": %d, "seconds": %.3f, "refused": %d, "broken": %d, "p50ms": %.3f, "p99ms": %.3f}\n', summary.requests,
        summary.duration / 1e6, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
