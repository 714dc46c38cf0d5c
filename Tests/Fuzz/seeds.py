#!/usr/bin/env python3
"""Writes the inputs that fuzzing begins with: `seeds.py CORPUS GIANTS`.

CORPUS gets small ones to be mutated; GIANTS whole ones of up to 10 MB and 10,000 levels, each run as it is.
The first byte names the target: L lines, J JSON, S sessions (see Harness/Entry.swift). CORPUS has a folder for each.
"""
import json
import pathlib
import sys

MEGABYTES = 10_000_000
P = "io.modelcontextprotocol/"
VERSIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
MODERN = {P + "protocolVersion": "2026-07-28", P + "clientCapabilities": {}}


def line(message):
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def request(number, method, params=None, **more):
    message = {"jsonrpc": "2.0", "id": number, "method": method, **more}
    return message if params is None else {**message, "params": params}


def notification(method, params):
    return {"jsonrpc": "2.0", "method": method, "params": params}


def conversations():
    call = request("a", "tools/call", {"name": "echo", "arguments": {"a": [1, 2.5, None, "é"]}})
    cancel = notification("notifications/cancelled", {"requestId": "a"})
    for place, version in enumerate(VERSIONS):
        head = b"S" + bytes([place])
        begin = request(0, "initialize", {"protocolVersion": version, "capabilities": {}})
        yield b"S\x07" + line(begin) + line(notification("notifications/initialized", {})) + line(request(1, "tools/list"))
        yield head + line(call) + line(cancel) + line(call) + b"\x02\x00\n" + line(call)
        yield head + line([request(1, "ping"), call, cancel, request(2, "tools/list")])
    modern = request(1, "tools/call", {"name": "echo", "_meta": {**MODERN, "progressToken": 7}})
    yield b"S\x07" + line(request(1, "server/discover", {"_meta": MODERN})) + line(modern) + b"\x02\x00\n"
    yield b"S\x03" + line(request(1, "tools/list", {"_meta": MODERN, "cursor": "x"})) + line(modern)
    yield b"S\x07" + line(request(1, "tools/list", {"_meta": {P + "protocolVersion": "1900-01-01"}}))
    yield b"S\x02" + line(modern) + line(request(1, "ping")) + line({"jsonrpc": "2.0", "id": 7, "result": {}})
    yield b"S\x02" + line(request(1, "resources/subscribe", {"uri": "fuzz://things/1"}))
    yield b"S\x07" + line(request(1, "subscriptions/listen", {"_meta": MODERN, "notifications": {}}))
    ask = {"name": "ask", "arguments": {"to": "x"}, "_meta": {**MODERN, P + "clientCapabilities": {"elicitation": {}}}}
    back = {**ask, "inputResponses": {"ok": {"action": "accept"}}, "requestState": "$STATE"}
    yield b"S\x07" + line(request(1, "tools/call", ask)) + b"\x02\x00\n" + line(request(2, "tools/call", back)) + b"\x02\x00\n"
    yield b"S\x03" + line(request(1, "tools/call", {"name": "ask"})) + b"\x02\x00\n"
    listen = {"_meta": MODERN, "notifications": {"resourceSubscriptions": ["fuzz://things/1", "fuzz://things/2"]}}
    yield b"S\x07" + line(request(1, "subscriptions/listen", listen)) + b"\x02\x00\n"
    subscription = {"uri": "fuzz://things/1"}
    yield b"S\x02" + line(request(1, "resources/subscribe", subscription)) + line(request(1, "resources/unsubscribe", subscription))
    yield b"S\x02" + b"".join(line(request(1, "resources/" + each, subscription)) + b"\x02\n" for each in ("list", "read", "templates/list"))
    complete = {"ref": {"type": "ref/resource", "uri": "fuzz://things/{id}"}, "argument": {"name": "id", "value": "1"}}
    yield b"S\x02" + line(request(1, "completion/complete", complete)) + line(request(2, "prompts/get", {"name": "draft", "arguments": {"to": "x"}}))


def texts():
    yield from (
        b'{"a":[1,-2.5e3,true,false,null,"x\\n\\u00e9\\ud83d\\ude00"]}', b'{"a":1,"a":2}', b'"\\ud800"', b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf1", b"9223372036854775808", b"-9223372036854775808", b"1e400", b"4.9e-324", b"[[[[1]]]]", b'"\xff"',
        b'{"n":[{"a":{"b":{"c":{}}}}],"m":[]}', b" [ 1 , 2 ] ", b'{"k0":0,"k1":1,"k2":2,"k3":3,"k4":4,"k5":5,"k6":6,"k7":7,'
        b'"k8":8,"k9":9}', b"\x1d\x80\x00[1\x1d\x80\x00]", b"\x1d\x81\x00[1\x1d\x81\x00]", b"\x1d\xb3\x00[",
    )


def streams():
    yield from (b"a\nbc\r\n\n \t\nlong line here\nrest", b"abc\r\nabcd\r\n\r\r\n", b"\n\n\n", b"\x1d\xff\x00x\n1\n")


def giants():
    """Name and whole content, for the reader they are meant for."""
    open_close = [(b"[", b"]"), (b'{"a":', b"}")]
    for place, (one, other) in enumerate(open_close):
        yield f"J-nested-{place}", one * 10_000 + b"1" + other * 10_000
        yield f"J-open-{place}", one * (MEGABYTES // len(one))
    yield "J-string", b'"' + b"x" * MEGABYTES + b'"'
    yield "J-open-string", b'"' + b"x" * MEGABYTES
    yield "J-escapes", b'"' + b"\\ud83d\\ude00" * (MEGABYTES // 12) + b'"'
    yield "J-surrogates", b"[" + b'"\\ud800",' * 500_000 + b"1]"
    yield "J-not-utf-8", b'"' + b"x" * MEGABYTES + b'\xff"'
    yield "J-digits", b"9" * MEGABYTES
    yield "J-fraction", b"0." + b"3" * MEGABYTES
    yield "J-exponent", b"1e" + b"9" * MEGABYTES
    yield "J-numbers", b"[" + b"1e308,-1e-308," * 300_000 + b"0]"
    yield "J-duplicates", b"{" + b'"a":1,' * 1_000_000 + b'"a":1}'
    yield "J-names", b"{" + b",".join(b'"n%d":0' % i for i in range(200_000)) + b"}"
    yield "J-last-name", b"{" + b",".join(b'"n%d":0' % i for i in range(200_000)) + b',"n7":1}'
    yield "J-spaces", b" " * MEGABYTES + b"1"
    yield "J-nonsense", b"x" * MEGABYTES
    for limit in range(10):
        for chunk, size in ((0, MEGABYTES // 20), (5, MEGABYTES)):
            head = bytes([limit + 10 * chunk, 1])
            yield f"L-{limit}-{chunk}-one", head + b"x" * size
            yield f"L-{limit}-{chunk}-many", head + b"abc\n" * (size // 40)
            yield f"L-{limit}-{chunk}-blank", head + b"\r\n \r\n" * (size // 50)
    for opening in (b"\x01", b"\x03", b"\x07"):
        name = "S-%d-" % opening[0]
        yield name + "string", opening + line(request(1, "tools/call", {"name": "echo", "arguments": {"a": "x" * MEGABYTES}})) + b"\x02\n"
        yield name + "id", opening + line(request("i" * MEGABYTES, "ping"))
        yield name + "method", opening + line(request(1, "m" * MEGABYTES))
        yield name + "tool", opening + line(request(1, "tools/call", {"name": "n" * MEGABYTES}))
        yield name + "version", opening + line(request(1, "x", {"_meta": {**MODERN, P + "protocolVersion": "v" * MEGABYTES}}))
        yield name + "batch", opening + line([request(1, "ping")] * 100_000)
        yield name + "nested", opening + b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b"[" * 10_000 + b"\n"
        uris = ["fuzz://things/%d" % i for i in range(400_000)]
        yield name + "listen", opening + line(request(1, "subscriptions/listen", {"_meta": MODERN, "notifications": {"resourceSubscriptions": uris}}))
        yield name + "uri", opening + line(request(1, "resources/read", {"uri": "fuzz://things/" + "u" * MEGABYTES})) + b"\x02\n"
        yield name + "prompt", opening + line(request(1, "prompts/get", {"name": "draft", "arguments": {f"n{i}": "" for i in range(100_000)}}))
        yield name + "state", opening + line(request(1, "tools/call", {"name": "ask", "_meta": MODERN, "requestState": "A" * MEGABYTES})) + b"\x02\n"
        yield name + "calls", opening + b"".join(line(request(i, "tools/call", {"name": "echo"})) for i in range(300))


corpus, giant = map(pathlib.Path, sys.argv[1:])
for folder in (corpus / "L", corpus / "J", corpus / "S", giant):
    folder.mkdir(parents=True, exist_ok=True)
small = [b"J" + text for text in texts()] + list(conversations())
small += [b"L" + bytes([choice, 1]) + stream for choice in range(0, 60, 7) for stream in streams()]
for place, content in enumerate(small):
    (corpus / content[:1].decode() / f"seed-{place:03}").write_bytes(content)
for name, content in giants():
    (giant / name).write_bytes(name[:1].encode() + content)
