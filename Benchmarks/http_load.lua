-- What wrk asks, and one JSON line of what came of it.
--
--     wrk … -s http_load.lua URL -- FILE COUNT TRACKS SENDS RUN
--
-- FILE holds the body of `POST /send` in its first line, with a subject of @@@@, and the ids that are tracked in the
-- others. Of each TRACKS + SENDS requests so many are of one kind and so many of the other. With a COUNT above 0 it
-- ends after so many requests, else with wrk's own --duration. RUN is in the subjects, so that none comes twice.

local ffi = require("ffi")
ffi.cdef("int getpid(void); int kill(int pid, int signal);")

local threads = 0
local tracks, before, after, length, ids = {}, "", "", 0, 0
local count, track_share, cycle, run, sent = 0, 0, 1, "", 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    local lines = io.lines(arguments[1])
    local body = lines()
    local at = body:find("@@@@", 1, true)
    before, after = body:sub(1, at - 1), body:sub(at + 4)
    for id in lines do
        tracks[#tracks + 1] = "GET /track/" .. id .. " HTTP/1.1\r\nHost: " .. wrk.headers["Host"] .. "\r\n\r\n"
    end
    count = tonumber(arguments[2])
    track_share = tonumber(arguments[3])
    cycle = track_share + tonumber(arguments[4])
    run = arguments[5] .. " " .. number
    -- Every subject is as long as every other: the head never changes.
    local head = "POST /send HTTP/1.1\r\nHost: " .. wrk.headers["Host"]
        .. "\r\nContent-Type: application/json\r\nContent-Length: "
    length = #before + #run + 11 + #after
    before = head .. length .. "\r\n\r\n" .. before .. run .. " "
end

function request()
    sent = sent + 1
    -- wrk sleeps until its duration is over or it is interrupted; the one thread that counts interrupts it.
    if sent == count then ffi.C.kill(ffi.C.getpid(), 2) end
    if sent % cycle < track_share then return tracks[sent % #tracks + 1] end
    return before .. string.format("%010d", sent) .. after
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
