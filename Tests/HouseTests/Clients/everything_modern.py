"""Scenarios of the modern era: requests that stand alone, hints for caches."""

from everything_scenarios import scenario
from everything_wire import P


@scenario("caching", since=None)
def caching(look):
    first = look.wire.request("resources/list").result["resources"][0]["uri"]
    for method, params in (
        ("server/discover", None), ("tools/list", None), ("prompts/list", None), ("resources/list", None),
        ("resources/templates/list", None), ("resources/read", {"uri": first}),
    ):
        result = look.wire.request(method, params).result or {}
        look.check(type(result.get("ttlMs")) is int and result["ttlMs"] >= 0, f"{method} has a ttlMs", result)
        look.check(result.get("cacheScope") in ("public", "private"), f"{method} has a cacheScope", result)


@scenario("server-stateless", since=None)
def stateless(look):
    wire, full = look.wire, look.wire.envelope({})

    def probe(method, params, id, **more):
        reply = wire.request(method, params, id=id, bare=True, **more)
        if reply.error:
            look.check(reply.message.get("id") == id, "an error has the request's id", reply.message)
        return reply

    without = {key: {name: full[name] for name in full if name != f"{P}{key}"}
               for key in ("protocolVersion", "clientInfo", "clientCapabilities")}
    for id, params in (
        (101, {}), (102, {"_meta": without["protocolVersion"]}), (104, {"_meta": without["clientCapabilities"]}),
    ):
        reply = probe("server/discover", params, id)
        look.check(reply.code == -32602, "an envelope that lacks something is -32602", reply.message)
        look.status(reply, 400)
    reply = probe("server/discover", {"_meta": without["clientInfo"]}, 105)
    look.check(reply.result, "one without clientInfo is served", reply.message)
    look.status(reply, 200)

    found = probe("server/discover", {"_meta": full}, 201).result or {}
    look.check(found.get("supportedVersions") and found.get("capabilities"), "discover tells what there is", found)
    server = found.get("_meta", {}).get(f"{P}serverInfo", {})
    look.should(server.get("name") and server.get("version"), "the server says what it is")
    look.check("prompts" in found["capabilities"] and probe("prompts/list", {"_meta": full}, 203).result,
               "prompts are declared and served")
    names = {tool["name"] for tool in (probe("tools/list", {"_meta": full}, 202).result or {}).get("tools", [])}
    look.check({"test_missing_capability", "test_streaming_elicitation", "test_logging_tool"} <= names,
               "tools are declared and served", sorted(names))

    unknown = {**full, f"{P}protocolVersion": "v999.0.0"}
    reply = probe("server/discover", {"_meta": unknown}, 301, fields={"MCP-Protocol-Version": "v999.0.0"})
    data = (reply.error or {}).get("data", {})
    look.check(reply.code == -32022 and data.get("supported") and data.get("requested") == "v999.0.0",
               "an unknown version is -32022", reply.message)
    look.check(set(data.get("supported", [])) <= set(found["supportedVersions"]), "which lists what discover lists")
    look.status(reply, 400)
    if look.is_http:
        reply = probe("server/discover", {"_meta": unknown}, 302)
        look.check(reply.code == -32020, "a header that differs is -32020", reply.message)
        look.status(reply, 400)

    reply = probe("tools/call", {"name": "test_missing_capability", "arguments": {}, "_meta": full}, 401)
    required = (reply.error or {}).get("data", {}).get("requiredCapabilities")
    look.check(reply.code == -32021 and required == {"sampling": {}}, "an undeclared capability is -32021",
               reply.message)
    look.status(reply, 400)

    for method in ("initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe",
                   "unknown/method"):
        reply = probe(method, {"_meta": full}, f"removed-{method}")
        look.check(reply.code == -32601, f"{method} is -32601", reply.message)
        look.status(reply, 404)

    reply = look.call("test_streaming_elicitation", capabilities={"elicitation": {}}, meta={"progressToken": 1})
    look.check((reply.result or {}).get("resultType") == "input_required", "the question is a result", reply.message)
    look.check(not reply.asked and len(reply.before) == 1, "only progress comes before it", reply.before)
    reply = look.call("test_logging_tool", capabilities={})
    look.check(reply.result and not reply.before, "nothing is logged unasked", reply.before)

    for wanted in ({"toolsListChanged": True}, {"promptsListChanged": True}):
        reply = wire.listen(wanted, lambda wire: wire.request("tools/call", {
            "name": "test_touch_watched_resource", "arguments": {}}))
        look.check([one["method"] for one in reply.before] == ["notifications/subscriptions/acknowledged"],
                   "the acknowledgement is first, and nothing that was not asked for follows", reply.before)
        params = (reply.before or [{"params": {}}])[0]["params"]
        look.check(params.get("_meta", {}).get(f"{P}subscriptionId") is not None, "with the subscription's id", params)
        look.check(params.get("notifications") == {}, "and with what is honoured: none of it", params)
