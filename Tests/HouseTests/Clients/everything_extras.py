"""Scenarios that the public suite does not score, or does not have."""

import json

from everything_basics import read
from everything_scenarios import ALICE, ROOTS, SAMPLE, WATCHED, scenario
from everything_wire import P


@scenario("server-session-lifecycle", since="2025-03-26", modern=False, http_only=True, extra=True)
def session_lifecycle(look):
    wire = look.wire
    look.check(wire.session, "initialize gives a session")
    connection, response = wire.open("DELETE", None, wire.standard({"method": "DELETE"}))
    look.check(200 <= response.status < 300, "DELETE ends it", response.status)
    connection.close()
    connection, response = wire.open(
        "POST", json.dumps(wire.message("tools/list")).encode(), wire.standard({"method": "tools/list"}))
    look.check(response.status == 404, "and then it is unknown", response.status)
    connection.close()
    wire.session = None


@scenario("http-header-validation", since=None, http_only=True, extra=True)
def header_validation(look):
    wire = look.wire
    call = {"name": "test_simple_text", "arguments": {}}
    for method, params, fields, fine in (
        ("tools/list", None, {"Mcp-Method": "prompts/list"}, False),
        ("tools/list", None, {"Mcp-Method": None}, False),
        ("tools/call", call, {"Mcp-Name": "wrong_tool_name"}, False),
        ("tools/call", call, {"Mcp-Name": None}, False),
        ("tools/call", call, {"Mcp-Name": "  test_simple_text  "}, True),
        ("tools/list", None, {"mcp-method": "tools/list"}, True),
        ("tools/list", None, {"MCP-METHOD": "tools/list"}, True),
        ("tools/list", None, {"Mcp-Method": "TOOLS/LIST"}, False),
    ):
        reply = wire.request(method, params, fields=fields)
        look.status(reply, 200 if fine else 400)
        look.check((reply.error is None) if fine else reply.code == -32020, f"{method} with {fields}", reply.message)


@scenario("json-schema-2020-12", extra=True)
def json_schema(look):
    tools = look.wire.request("tools/list").result["tools"]
    schema = next(tool["inputSchema"] for tool in tools if tool["name"] == "json_schema_2020_12_tool")
    look.check(schema.get("$schema") == "https://json-schema.org/draft/2020-12/schema", "$schema is kept")
    look.check(schema.get("$defs", {}).get("address", {}).get("$anchor") == "addressDef", "$defs and $anchor are")
    look.check(schema.get("additionalProperties") is False, "additionalProperties is")
    look.check("anyOf" in schema.get("allOf", [{}])[0], "allOf and anyOf are")
    look.check({"if", "then", "else"} <= set(schema), "if, then and else are", sorted(schema))


@scenario("resource-updates", since="2024-11-05", extra=True)
def updates(look):
    def touch(wire):
        wire.request("tools/call", {"name": "test_touch_watched_resource", "arguments": {}})

    before = read(look, WATCHED)["text"]
    told = look.wire.updates(WATCHED, touch)
    look.check(told[-1]["method"] == "notifications/resources/updated", "the change is told", told)
    look.check(told[-1]["params"]["uri"] == WATCHED, "with the URI", told)
    look.check(read(look, WATCHED)["text"] != before, "and is there to be read")
    if look.wire.is_modern:
        ids = [one["params"]["_meta"][f"{P}subscriptionId"] for one in told]
        look.check(told[0]["method"] == "notifications/subscriptions/acknowledged", "after the acknowledgement", told)
        look.check(len(set(ids)) == 1, "both with the subscription's id", ids)


@scenario("pagination", extra=True)
def pagination(look):
    uris, cursor = [], None
    for _ in range(3):
        page = look.wire.request("resources/list", {"cursor": cursor} if cursor else None).result
        uris += [one["uri"] for one in page["resources"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    look.check(len(uris) == 3 and WATCHED in uris, "the pages hold every resource", uris)
    for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
        look.check(look.wire.request(method, {"cursor": "made up"}).code == -32602, f"{method} knows its cursors")


@scenario("unknown-names", extra=True)
def unknown(look):
    look.check(look.call("no_such_tool").code == -32602, "an unknown tool is -32602")
    look.check(look.wire.request("prompts/get", {"name": "no_such_prompt"}).code == -32602, "so is a prompt")
    reply = look.wire.request("resources/read", {"uri": "test://none"})
    look.check(reply.code == (-32602 if look.wire.is_modern else -32002), "a resource has its own code", reply.message)


@scenario("logging-per-request", since=None, extra=True)
def modern_logging(look):
    for level, count in (("debug", 3), ("info", 3), ("warning", 0)):
        reply = look.call("test_tool_with_logging", meta={f"{P}logLevel": level})
        look.check(len(reply.told("notifications/message")) == count, f"{count} messages at {level}", reply.before)


@scenario("one-handler-two-eras", since="2025-06-18", modern=False, extra=True)
def legacy_rounds(look):
    look.wire.answers = {"elicitation/create": ALICE, "sampling/createMessage": SAMPLE, "roots/list": ROOTS}
    reply = look.call("test_input_required_result_multiple_inputs")
    look.check(len(reply.asked) == 3 and "Alice" in look.text(reply), "three requests to the client", reply.message)
    look.wire.answers["elicitation/create"] = {"action": "decline"}
    reply = look.call("test_input_required_result_elicitation")
    look.check(look.text(reply) == "Hello, stranger!", "a refusal is told to the handler", reply.message)
    del look.wire.answers["elicitation/create"]
    reply = look.call("test_input_required_result_elicitation")
    look.check(look.text(reply) == "Hello, stranger!", "and so is a client that cannot", reply.message)
